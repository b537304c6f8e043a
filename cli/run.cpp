#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>

#include "cli/campaign_folder.h"
#include "cli/commands.h"
#include "cli/deadline.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/share.h"
#include "cli/signals.h"
#include "cli/text.h"
#include "kernels/backend.h"
#include "trainer/campaign.h"
#include "trainer/config/lock_file.h"
#include "version.h"

namespace mayfly::cli {
namespace {

struct RunOptions {
  std::string folder;
  int jobs = 0;
  std::vector<std::string> settings;
  std::string progress = "auto";
  std::string share;
  std::string deadline;
  int grace = 10;
  int lease = 90;
  DeviceOptions device;
};

/// Fails now, not in the workers, where a data set is missing.
void check_datasets(const Campaign& campaign, const RunOptions& options) {
  for (const std::string& entry : campaign.config.campaign.dataset)
    find_any_dataset(dataset_request(campaign.config, entry, options.device.data_root));
}

/// Networks at once on each device.
int jobs_of(const RunOptions& options, const Campaign& campaign) {
  if (options.jobs > 0) return options.jobs;
  return campaign.config.train.device == "cpu" ? options.device.cores() : kJobsPerGpu;
}

std::vector<CampaignNetwork> networks_of(const Campaign& campaign) {
  std::vector<CampaignNetwork> networks;
  for (const PlannedNetwork& planned : plan_networks(campaign))
    networks.push_back(campaign_network(campaign, planned));
  return networks;
}

/// A sixth of the lease, so that a few that fail do not lose a claim.
ClaimOptions claims_of(const RunOptions& options) {
  const std::chrono::milliseconds lease = std::chrono::seconds(options.lease);
  return {.heartbeat = lease / 6, .lease = lease};
}

/// Begins to stop as long before the deadline as it may take, and a little.
void watch_the_end(const RunOptions& options) {
  constexpr std::chrono::seconds kMargin{5};
  const std::chrono::seconds grace(options.grace);
  watch_signals(grace);
  const std::optional<WallTime> deadline = find_deadline(options.deadline);
  if (!deadline) return;
  const auto left = *deadline - std::chrono::system_clock::now() - grace - kMargin;
  if (left <= std::chrono::seconds(0))
    say("The deadline (--deadline, or the end of the Slurm job) has passed, or is nearer than --grace and "
        "{} s: nothing is trained\n",
        kMargin.count());
  stop_at(std::chrono::steady_clock::now() + left);
}

void print_result(const CampaignResult& result, const RunOptions& options) {
  const std::string& folder = options.folder;
  const std::size_t elsewhere = result.elsewhere;
  if (result.finished + elsewhere + result.failed + result.interrupted == 0)
    return;  // all complete, as was said
  say("{} trained now ({} diverged), {} complete before, {} failed, {} to do\n", result.finished,
      result.diverged, result.skipped, result.failed, result.interrupted);
  if (elsewhere > 0) say("{} trained by other processes meanwhile\n", elsewhere);
  const bool plain = options.settings.empty() && options.device.device.empty();
  if (result.interrupted > 0 && plain)
    say("Interrupted: `mayfly run {}` goes on.\n", shell_quoted(folder));
  else if (result.interrupted > 0)
    say("Interrupted: the same command, with its options, goes on.\n");
  say("Tables: {}/tables/\n", folder);
  if (result.failed > 0) say("Reasons of the failures: {}/failed/\n", folder);
}

/// Which GPUs are in use; of the CPU there is one.
void print_gpus(const std::vector<std::shared_ptr<Device>>& devices, const std::string& progress) {
  if (progress == "none" || progress == "json" || devices.front()->name() == "cpu") return;
  for (const auto& device : devices) say("On {}\n", device->information());
}

ExitCode run_command(const RunOptions& options) {
  watch_the_end(options);
  const Campaign campaign =
      open_campaign(options.folder, options.settings, options.device.data_root, options.device.device);
  const CampaignOptions how{
      .folder = campaign.folder,
      .lifespan = campaign.lifespan,
      .devices = open_devices(campaign.config.train.device, campaign.lifespan.arithmetic),
      .cores = options.device.cores(),
      .jobs = jobs_of(options, campaign),
      .mayfly_version = kVersion,
      .share = find_share(options.share),
      .claims = claims_of(options),
      .checkpoint_every = campaign.config.train.checkpoint_every};
  check_datasets(campaign, options);
  const std::vector<CampaignNetwork> networks = networks_of(campaign);
  DatasetStore datasets([&](const std::string& name) {
    return load_campaign_dataset(campaign, name, options.device.data_root);
  });
  // What cannot be read shall not lock a campaign that has not begun.
  if (!read_lock(campaign.folder))
    for (const std::string& entry : campaign.config.campaign.dataset) datasets.get(table_name(entry));
  lock_campaign(campaign.folder,
                {campaign.config, kArithmeticVersion, kVersion, common_numerics(how.devices)});
  print_gpus(how.devices, options.progress);
  const auto progress = make_progress(options.progress);
  const CampaignResult result = run_campaign(networks, datasets, how, *progress, signalled);
  if (options.progress != "none" && options.progress != "json") print_result(result, options);
  return result.exit_code();
}

void add_company_options(CLI::App& command, RunOptions& options) {
  command.add_option(
      "--share", options.share,
      "k/n: begin with the kth part of the networks, where n processes run here (default: Slurm's)");
  command
      .add_option("--lease", options.lease,
                  "Seconds after which other hosts take over what this process was silent about")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
  command.add_option(
      "--deadline", options.deadline,
      "When it must be over: 1h30m, 3600 (seconds) or 2026-01-02T03:04:05 (default: the Slurm job's end)");
  command.add_option("--grace", options.grace, "Seconds that it may take to stop")
      ->check(CLI::Range(1, 86400))
      ->capture_default_str();
}

}  // namespace

void add_run(Commands& commands) {
  const auto options = std::make_shared<RunOptions>();
  CLI::App* command = commands.add("run", "Train the networks whose tables are missing; again: go on",
                                   "  mayfly run trial\n"
                                   "  mayfly run trial --jobs 1 --progress plain 2> trial.log",
                                   [options] { return run_command(*options); });
  command->add_option("DIR", options->folder, "Folder of the campaign")->required();
  command
      ->add_option("--jobs", options->jobs,
                   "Networks at once, on GPUs each (default: one per core, 4 per GPU)")
      ->check(CLI::Range(1, 4096));
  command->add_option("--progress", options->progress, "What to tell of the course of things")
      ->check(CLI::IsMember({"auto", "tty", "plain", "json", "none"}))
      ->capture_default_str();
  add_company_options(*command, *options);
  add_set_option(*command, options->settings);
  add_device_options(*command, options->device, "the campaign's");
}

}  // namespace mayfly::cli
