#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/commands.h"
#include "cli/merge_campaigns.h"
#include "cli/say.h"
#include "cli/text.h"

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;

struct MergeOptions {
  std::string target;
  std::vector<std::string> sources;
};

void require_different(const MergeOptions& options) {
  for (const std::string& source : options.sources)
    if (fs::exists(options.target) && fs::exists(source) && fs::equivalent(options.target, source))
      throw UsageError(
          fmt::format("merge: expected other campaigns than {}, found it among them", options.target));
}

ExitCode run_merge(const MergeOptions& options) {
  require_different(options);
  const MergePlan plan = plan_merge(options.target, {options.sources.begin(), options.sources.end()});
  if (!plan.conflicts.empty()) {
    for (const Difference& conflict : plan.conflicts) fmt::print("{}\n", difference_text(conflict));
    say("{}; nothing was merged. `mayfly replay TABLE` says which table is right\n",
        counted(plan.conflicts.size(), "conflict"));
    return ExitCode::mismatch;
  }
  merge(plan);
  say("{}: {} merged, {} there before; {}, {}\n", options.target, counted(plan.tables.size(), "table"),
      plan.tables_there, counted(plan.journals.size(), "journal"), counted(plan.failures.size(), "failure"));
  return ExitCode::complete;
}

}  // namespace

void add_merge(Commands& commands) {
  const auto options = std::make_shared<MergeOptions>();
  CLI::App* command = commands.add("merge", "Several folders of one campaign into one",
                                   "  mayfly merge all cluster1/trial cluster2/trial",
                                   [options] { return run_merge(*options); });
  command->add_option("DST", options->target, "Campaign to merge into; made where it is missing")->required();
  command->add_option("SRC", options->sources, "Campaigns to merge")->required();
}

}  // namespace mayfly::cli
