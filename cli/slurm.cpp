#include <fmt/format.h>
#include <stdio.h>
#include <sys/wait.h>

#include <array>
#include <filesystem>
#include <memory>

#include "cli/commands.h"
#include "cli/deadline.h"
#include "cli/options.h"
#include "cli/say.h"
#include "cli/slurm_plan.h"
#include "cli/slurm_script.h"
#include "cli/text.h"
#include "recorder/durable_file.h"
#include "trainer/config/lock_file.h"

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;

struct SlurmOptions {
  std::string folder;
  SlurmSizes sizes;
  std::string time;
  std::string partition, account;
  std::vector<std::string> sbatch;
  std::string data_root;
  int give_up_after = 3;
  bool submit = false;
};

constexpr std::chrono::seconds kShortest{60};  // what Slurm can tell apart

std::optional<std::chrono::seconds> time_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  std::optional<std::chrono::seconds> time = parse_duration(text);
  const bool number = time && text.find_first_not_of("0123456789") == std::string::npos;
  if (!time || number) time = parse_slurm_time(text);
  if (!time || *time < kShortest)
    throw UsageError(fmt::format(
        "--time {}: expected at least a minute, like 12h, 1d12h, or as Slurm writes it: 12:00:00, 1-12:00:00",
        text));
  return time;
}

/// Where jobs find the data that this process would find.
std::string data_root_of(const SlurmOptions& options) {
  if (!options.data_root.empty()) return fs::absolute(options.data_root).lexically_normal().string();
  const char* root =
      std::getenv("MAYFLY_DATA");  // NOLINT(concurrency-mt-unsafe): nothing writes the environment
  return root == nullptr || *root == '\0' ? "" : fs::absolute(root).lexically_normal().string();
}

std::vector<std::string> run_options(const SlurmOptions& options, const SlurmPlan& plan) {
  std::vector<std::string> run = {"--progress", "plain"};
  const auto add = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) run.insert(run.end(), {name, value});
  };
  add("--device", plan.gpus_per_node > 0 ? "cuda" : "cpu");
  if (options.sizes.jobs) add("--jobs", std::to_string(*options.sizes.jobs));
  add("--data-root", data_root_of(options));
  return run;
}

std::vector<std::string> sbatch_options(const SlurmOptions& options) {
  std::vector<std::string> all;
  if (!options.partition.empty()) all.push_back("--partition=" + options.partition);
  if (!options.account.empty()) all.push_back("--account=" + options.account);
  all.insert(all.end(), options.sbatch.begin(), options.sbatch.end());
  return all;
}

/// A script that was changed by hand is kept beside the new one.
void write_script(const fs::path& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error)
    throw DataError(
        fmt::format("{}: cannot create the folder: {}", path.parent_path().string(), error.message()));
  if (fs::exists(path) && read_whole_file(path) != text) {
    fs::path old = path.string() + ".old";
    for (int number = 2; fs::exists(old); ++number) old = fmt::format("{}.old.{}", path.string(), number);
    write_durable_file(old, read_whole_file(path));
    say("The script that was there is now {}\n", old.string());
  }
  write_durable_file(path, text);
}

void print_plan(const SlurmPlan& plan, const fs::path& script) {
  say("Left: {}, {} if one ran after the other, {} for the longest.\n", counted(plan.left.size(), "network"),
      duration_text(plan.seconds()), duration_text(plan.left.front().seconds));
  if (plan.check.networks > 0)
    say("Estimates are rescaled by {:.2f}, as {} finished on such devices took.\n", plan.ratio,
        counted(plan.check.networks, "network"));
  else
    say("No network was finished on such devices yet: these are the plan's estimates for one core{}.\n",
        plan.gpus_per_node > 0
            ? fmt::format(" times {:.2f}, a guess; let a few finish and write it again", plan.ratio)
            : "");
  say("Wrote {}: {}, {} at once in each, {} at a time; about {} in all.\n", script.string(),
      counted(plan.workers, "worker"), counted(plan.slots, "network"),
      duration_text(static_cast<double>(plan.time.count())), duration_text(plan.wall_seconds()));
}

/// Its only line on standard output is the job's number.
void submit(const fs::path& script) {
  const std::string command = "sbatch --parsable " + shell_quoted(script.string());
  FILE* output = ::popen(command.c_str(), "r");
  std::array<char, 256> line{};
  const bool said = output != nullptr && std::fgets(line.data(), line.size(), output) != nullptr;
  const int status = output == nullptr ? -1 : ::pclose(output);
  constexpr int kNotFound = 127;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotFound)
    throw UsageError(
        fmt::format("--submit: sbatch was not found on the PATH; on a machine of the cluster: {}", command));
  if (status != 0 || !said)
    throw UsageError(
        fmt::format("--submit: {}: refused, for the reason above; change the options (--partition, "
                    "--account, --time, --sbatch=...) or {}",
                    command, script.string()));
  const std::string number = line.data();
  fmt::print("{}\n", number.substr(0, number.find_first_of(";\n")));
}

ExitCode slurm(SlurmOptions options) {
  options.sizes.time = time_of(options.time);
  const CampaignConfig config = read_config(options.folder);
  require_allowed_changes(options.folder, config);  // as every worker would
  Campaign campaign = open_locked_campaign(options.folder, options.data_root);
  std::uint32_t& networks = campaign.config.campaign.networks;  // the next run locks what was raised
  networks = std::max(networks, config.campaign.networks);
  const SlurmPlan plan = plan_slurm(campaign, options.sizes);
  if (plan.left.empty()) {
    say("{}: every network has its table; there is nothing to submit\n", options.folder);
    return ExitCode::complete;
  }
  if (plan.gpus_per_node == 0 && config.train.arithmetic == "fast")
    throw UsageError("--gpus-per-node: expected at least 1, as the campaign's arithmetic is fast, found 0");
  const fs::path folder = fs::canonical(options.folder);
  const SlurmScript script{.program = fs::read_symlink("/proc/self/exe"),
                           .campaign = folder,
                           .script = folder / "slurm" / "workers.sh",
                           .run_options = run_options(options, plan),
                           .sbatch_options = sbatch_options(options),
                           .most_in_vain = options.give_up_after};
  write_script(script.script, slurm_script_text(plan, script));
  print_plan(plan, script.script);
  if (options.submit)
    submit(script.script);
  else
    say("Next: sbatch {}\n", shell_quoted(script.script.string()));
  return ExitCode::complete;
}

void add_size_options(CLI::App& command, SlurmOptions& options) {
  command
      .add_option(
          "--gpus-per-node", options.sizes.gpus_per_node,
          "GPUs of each worker (default: as many as the campaign's device names, 1 for cuda, 0 for cpu)")
      ->check(CLI::Range(0, 64));
  command
      .add_option("--workers", options.sizes.workers, "Jobs of the array (default: by the plan, at most 100)")
      ->check(CLI::Range(1, 100000));
  command
      .add_option("--cpus-per-task", options.sizes.cpus_per_task,
                  "Cores of each worker (default: 8; with GPUs 4 for each)")
      ->check(CLI::Range(1, 4096));
  command
      .add_option("--jobs", options.sizes.jobs,
                  "Networks at once, on GPUs each (default: one per core, 4 per GPU)")
      ->check(CLI::Range(1, 4096));
  command.add_option("--time", options.time,
                     "How long each may run before it is queued again (default: a day, or less)");
}

}  // namespace

void add_slurm(Commands& commands) {
  const auto options = std::make_shared<SlurmOptions>();
  CLI::App* command =
      commands.add("slurm", "Write a batch script that trains a campaign on a Slurm cluster",
                   "  mayfly slurm trial\n"
                   "  mayfly slurm trial --gpus-per-node 4 --time 12h --partition gpu --submit\n"
                   "  mayfly slurm trial --workers 20 --sbatch=--constraint=avx512 --submit",
                   [options] { return slurm(*options); });
  command->add_option("DIR", options->folder, "Folder of the campaign")->required();
  add_size_options(*command, *options);
  command->add_option("-p,--partition", options->partition, "Slurm's");
  command->add_option("-A,--account", options->account, "Slurm's");
  command->add_option("--sbatch", options->sbatch, "--sbatch=OPTION: any option of sbatch; may be repeated")
      ->allow_extra_args(false);
  command
      ->add_option("--give-up-after", options->give_up_after,
                   "Starts without progress, one after the other, after which a worker ends for good")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--data-root", options->data_root, "Folder to look for data sets in first");
  command->add_flag("--submit", options->submit, "Give it to sbatch; prints the job's number");
}

}  // namespace mayfly::cli
