#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/say.h"
#include "cli/signals.h"
#include "cli/text.h"
#include "cli/verify_folder.h"
#include "cli/verify_retrain.h"

namespace mayfly::cli {
namespace {

struct VerifyOptions {
  std::string folder;
  std::size_t retrain = 0;
  std::optional<std::uint64_t> seed;
  bool json = false;
  DeviceOptions device;
};

using Json = nlohmann::ordered_json;

Json difference_json(const Difference& difference) {
  const auto or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  return {{"file", difference.file},
          {"line", difference.line == 0 ? Json(nullptr) : Json(difference.line)},
          {"column", or_null(difference.column)},
          {"expected", difference.expected},
          {"found", difference.found}};
}

Json paths_json(const std::vector<std::filesystem::path>& paths) {
  Json json = Json::array();
  for (const auto& path : paths) json.push_back(path.string());
  return json;
}

void print_json(const Verification& verification, const Retraining& retraining,
                const std::optional<std::uint64_t>& seed) {
  Json json;
  json["tables"] = verification.tables;
  json["planned"] = verification.planned ? Json(*verification.planned) : Json(nullptr);
  json["with_journal"] = verification.with_journal;
  json["unreadable_journal_lines"] = verification.unreadable_journal_lines;
  json["retrained"] = paths_json(retraining.tables);
  json["retrain_seed"] = seed ? Json(*seed) : Json(nullptr);
  json["differences"] = Json::array();
  for (const Difference& difference : verification.differences)
    json["differences"].push_back(difference_json(difference));
  json["leftovers"] = paths_json(verification.leftovers);
  const auto lenient = Json::error_handler_t::replace;  // a damaged table may hold any bytes
  fmt::print("{}\n", json.dump(1, ' ', false, lenient));
}

void print_text(const VerifyOptions& options, const Verification& verification,
                const Retraining& retraining) {
  fmt::print("{}: {}", options.folder, counted(verification.tables, "table"));
  if (verification.planned) fmt::print(" of {} planned", *verification.planned);
  fmt::print("; the journals know all rows of {}", verification.with_journal);
  if (verification.unreadable_journal_lines > 0)
    fmt::print(" ({} left out)", counted(verification.unreadable_journal_lines, "torn line"));
  fmt::print("\n");
  if (options.retrain > 0) fmt::print("Trained again: {}\n", retraining.tables.size());
  for (const Difference& difference : verification.differences)
    fmt::print("  {}\n", difference_text(difference));
  if (!verification.leftovers.empty())
    fmt::print("{}; the next run removes what no process has any more (*.bad-* stay, for you to look at):\n",
               counted(verification.leftovers.size(), "leftover"));
  for (const auto& path : verification.leftovers) fmt::print("  {}\n", path.string());
  if (verification.differences.empty())
    fmt::print("No differences.\n");
  else
    fmt::print("{}.\n", counted(verification.differences.size(), "difference"));
}

ExitCode verify(const VerifyOptions& options) {
  const std::optional<Campaign> campaign = campaign_in(options.folder, options.device.data_root);
  Verification verification = verify_folder(options.folder, campaign);
  Retraining retraining;
  std::optional<std::uint64_t> seed;
  if (options.retrain > 0) {
    seed = options.seed ? *options.seed : std::random_device()();
    say("Tables to train again are drawn with --seed {}\n", *seed);
    watch_signals();
    retraining = retrain(draw_tables(verification.readable, options.retrain, *seed), campaign, options.device,
                         signalled);
    verification.differences.insert(verification.differences.end(), retraining.differences.begin(),
                                    retraining.differences.end());
  }
  if (options.json)
    print_json(verification, retraining, seed);
  else
    print_text(options, verification, retraining);
  if (!verification.differences.empty()) return ExitCode::mismatch;
  return retraining.interrupted ? ExitCode::interrupted : ExitCode::complete;
}

}  // namespace

void add_verify(Commands& commands) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App* command =
      commands.add("verify", "Whether tables are whole and as planned; or come out equal again",
                   "  mayfly verify trial\n"
                   "  mayfly verify trial --retrain 3 --seed 1",
                   [options] { return verify(*options); });
  command->add_option("DIR", options->folder, "A campaign, or a folder of tables")->required();
  command->add_option("--retrain", options->retrain, "Train so many networks, drawn at random, again")
      ->check(CLI::Range(0, 1000000));
  command->add_option("--seed", options->seed, "Of that draw (default: a random one)");
  command->add_flag("--json", options->json, "For machines");
  add_device_options(*command, options->device, kDeviceByArithmetic);
}

}  // namespace mayfly::cli
