#include "cli/slurm_script.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "cli/text.h"
#include "core/error.h"
#include "slurm_worker.h"
#include "version.h"

namespace mayfly::cli {
namespace {

/// days-hours:minutes:seconds.
std::string slurm_time(std::chrono::seconds time) {
  const auto s = time.count();
  return fmt::format("{}-{:02}:{:02}:{:02}", s / 86400, s / 3600 % 24, s / 60 % 60, s % 60);
}

/// How long before the end Slurm warns: two minutes, less in very short jobs. It may do so up to a minute
/// earlier.
int warning_seconds(std::chrono::seconds time) {
  return static_cast<int>(std::clamp<std::chrono::seconds::rep>(time.count() / 4, 30, 120));
}

/// Slurm writes logs to what remains of a pattern in which % and \ have a meaning; directives end with the
/// line.
std::string log_pattern(const std::filesystem::path& campaign) {
  const std::string folder = campaign.string();
  if (folder.find_first_of("\\\"\n") != std::string::npos)
    throw UsageError(fmt::format(
        "{}: Slurm can write no log into a folder with \\, \" or a line break in its name; rename it",
        folder));
  return fmt::format("\"{}/slurm/%A_%a.log\"", with_each_replaced(folder, '%', "%%"));
}

std::string job_name(const std::filesystem::path& campaign) {
  std::string name = "mayfly-" + campaign.filename().string();
  const auto plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-'; };
  std::replace_if(
      name.begin(), name.end(), [&](char c) { return !plain(static_cast<unsigned char>(c)); }, '_');
  return name;
}

std::string check_text(const SlurmPlan& plan) {
  const char* device = plan.gpus_per_node > 0 ? "GPUs" : "CPUs";
  if (plan.check.networks > 0)
    return fmt::format("# Estimates of the plan times {:.2f}: what {} took, finished on {} here.\n",
                       plan.ratio, counted(plan.check.networks, "network"), device);
  if (plan.gpus_per_node == 0) return "# Estimates of the plan; no network was finished here yet.\n";
  return fmt::format(
      "# A guess: no network was finished on GPUs here yet, so each is taken to last {:.2f} of its time on "
      "one\n"
      "# core. Write this script again when some were.\n",
      plan.ratio);
}

std::string longest_text(const SlurmPlan& plan) {
  constexpr std::size_t kShown = 10;
  std::string text = "# Hours per network, longest first, as workers take them:\n";
  for (std::size_t i = 0; i < std::min(kShown, plan.left.size()); ++i)
    text += fmt::format("#   {:8.2f}  {} ({})\n", plan.left[i].seconds / 3600, plan.left[i].id,
                        plan.left[i].index);
  if (plan.left.size() > kShown)
    text += fmt::format("#   {:8.2f}  the shortest of {} more\n", plan.left.back().seconds / 3600,
                        plan.left.size() - kShown);
  return text;
}

std::string plan_text(const SlurmPlan& plan) {
  const char* each = plan.gpus_per_node > 0 ? "networks on GPUs" : "cores";
  return fmt::format("#\n# Left: {}, {} if one ran after the other; about {} by {} x {} {}.\n",
                     counted(plan.left.size(), "network"), duration_text(plan.seconds()),
                     duration_text(plan.wall_seconds()), plan.workers, plan.slots, each) +
         check_text(plan) + longest_text(plan) + "#\n";
}

std::string about_text(const SlurmScript& script) {
  const std::string file = shell_quoted(script.script.string());
  return fmt::format(
      "#!/bin/bash\n"
      "# Workers of a campaign of Mayfly, written by `mayfly slurm` {}. docs/clusters.md explains it.\n"
      "#   begin, or add workers:  sbatch {}\n"
      "#   look:                   {} status {}\n"
      "#   stop:                   scancel JOB        the same sbatch goes on; no work is lost\n"
      "#   make one begin anew:    scancel --batch --signal=USR1 JOB_TASK\n",
      kVersion, file, shell_quoted(script.program.string()), shell_quoted(script.campaign.string()));
}

std::string directives_text(const SlurmPlan& plan, const SlurmScript& script) {
  constexpr std::int64_t kMiB = 1 << 20;
  std::string text = fmt::format("#SBATCH --job-name={}\n", job_name(script.campaign));
  text += fmt::format(
      "# Interchangeable workers: any number, of which each takes what nobody has. %8 behind it: 8 at once.\n"
      "#SBATCH --array=0-{}\n"
      "#SBATCH --nodes=1\n"
      "#SBATCH --ntasks=1\n"
      "#SBATCH --cpus-per-task={}\n",
      plan.workers - 1, plan.cpus_per_task);
  if (plan.gpus_per_node > 0) text += fmt::format("#SBATCH --gpus-per-node={}\n", plan.gpus_per_node);
  text += fmt::format("#SBATCH --mem={}M\n", (plan.memory_bytes + kMiB - 1) / kMiB);
  text += fmt::format(
      "# May be shorter than a network takes: it is gone on with.\n"
      "#SBATCH --time={}\n"
      "# So long before the end mayfly saves where it stands, and this script queues itself again.\n"
      "#SBATCH --signal=B:USR1@{}\n"
      "#SBATCH --requeue\n",
      slurm_time(plan.time), warning_seconds(plan.time));
  text += fmt::format("#SBATCH --open-mode=append\n#SBATCH --output={}\n", log_pattern(script.campaign));
  for (const std::string& option : script.sbatch_options) text += fmt::format("#SBATCH {}\n", option);
  return text;
}

std::string settings_text(const SlurmScript& script) {
  std::vector<std::string> options;
  for (const std::string& option : script.run_options) options.push_back(shell_quoted(option));
  return fmt::format(
      "\nset -u\n"
      "mayfly={}\n"
      "campaign={}\n"
      "script={}\n"
      "options=({})\n"
      "most_in_vain={}  # starts without progress, one after the other, after which a worker gives up\n",
      shell_quoted(script.program.string()), shell_quoted(script.campaign.string()),
      shell_quoted(script.script.string()), fmt::join(options, " "), script.most_in_vain);
}

}  // namespace

std::string slurm_script_text(const SlurmPlan& plan, const SlurmScript& script) {
  return about_text(script) + plan_text(plan) + directives_text(plan, script) + settings_text(script) +
         kSlurmWorker;
}

}  // namespace mayfly::cli
