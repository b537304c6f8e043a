#include "cli/data_check.h"

#include <fmt/format.h>

#include <memory>

#include "cli/campaign_folder.h"
#include "cli/data_report.h"
#include "cli/options.h"
#include "data/locate.h"

namespace mayfly::cli {
namespace {

struct CheckOptions {
  std::vector<std::string> names;
  std::string data_root;
  bool json = false;
  std::vector<std::string> settings;
};

/// Whether it is bad news: one that nobody asked for may well be missing.
bool failed(const DataReport& report, bool asked_for) {
  return !report.problem.empty() && (asked_for || report.found);
}

ExitCode check(const CheckOptions& options) {
  CampaignConfig config;
  apply_settings(config, options.settings);
  std::vector<std::string> names = options.names;
  if (names.empty())
    for (const DatasetInfo& info : known_datasets()) names.push_back(info.name);
  ExitCode code = ExitCode::complete;
  nlohmann::json all = nlohmann::json::array();
  for (const std::string& name : names) {
    const DataReport report = data_report(dataset_request(config, name, options.data_root));
    if (failed(report, !options.names.empty())) code = ExitCode::data;
    if (options.json)
      all.push_back(report_json(report));
    else
      print_report(report);
  }
  if (options.json) fmt::print("{}\n", nlohmann::json({{"datasets", all}}).dump(2));
  return code;
}

}  // namespace

void add_data_check(Commands& commands, CLI::App& data) {
  const auto options = std::make_shared<CheckOptions>();
  CLI::App* command =
      data.add_subcommand("check", "Read data sets and say what they hold, beside the official figures");
  command->add_option("DATASET", options->names,
                      "Names as in the tables, or folders of images (default: all known)");
  command->add_option("--data-root", options->data_root, "Folder to look in first");
  command->add_flag("--json", options->json, "For programs: docs/data.md");
  add_set_option(*command, options->settings);
  command->footer("Examples:\n  mayfly data check\n  mayfly data check SVHN --data-root data --json");
  command->final_callback([&commands, options] { commands.chosen = [options] { return check(*options); }; });
}

}  // namespace mayfly::cli
