#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/data_check.h"
#include "cli/data_show.h"
#include "data/locate.h"

namespace mayfly::cli {
namespace {

struct PathOptions {
  std::string name;
  std::string data_root;
};

/// Where each data set is; all of them, or the one that is asked for and must be there.
ExitCode print_paths(const PathOptions& options) {
  const auto roots = data_roots(options.data_root, {});
  if (!options.name.empty()) {
    fmt::print("{}\n", find_dataset(options.name, roots).string());
    return ExitCode::complete;
  }
  for (const DatasetInfo& info : known_datasets()) {
    std::string found = "not found (`mayfly data path " + info.name + "` says what is expected where)";
    try {
      found = find_dataset(info.name, roots).string();
    } catch (const DataError&) {  // said in the line
    }
    fmt::print("{:<14} {}\n", info.name, found);
  }
  return ExitCode::complete;
}

}  // namespace

void add_data(Commands& commands) {
  CLI::App* data = commands.app.add_subcommand("data", "Data sets: where they are, what they hold");
  data->require_subcommand(1);
  const auto options = std::make_shared<PathOptions>();
  CLI::App* path = data->add_subcommand("path", "Print the folder of each data set, or of one");
  path->add_option("NAME", options->name, "CIFAR100, FashionMNIST, SVHN, CIFAR10 or MNIST");
  path->add_option("--data-root", options->data_root, "Folder to look in first");
  path->footer("Examples:\n  mayfly data path\n  mayfly data path FashionMNIST");
  path->final_callback(
      [&commands, options] { commands.chosen = [options] { return print_paths(*options); }; });
  add_data_check(commands, *data);
  add_data_show(commands, *data);
}

}  // namespace mayfly::cli
