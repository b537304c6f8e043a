#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "cli/campaign_folder.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "data/locate.h"
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
  DeviceOptions device;
};

/// Fails now, not in the workers, where a device or data set is missing.
void check_means(const Campaign& campaign, const RunOptions& options, const std::string& device) {
  make_backend(device, 1);
  const auto roots = data_roots(options.device.data_root, campaign.config.campaign.data_root);
  for (const std::string& name : campaign.config.campaign.dataset) find_dataset(name, roots);
}

std::vector<CampaignNetwork> networks_of(const Campaign& campaign) {
  std::vector<CampaignNetwork> networks;
  for (const PlannedNetwork& planned : plan_networks(campaign)) networks.push_back(campaign_network(planned));
  return networks;
}

void print_result(const CampaignResult& result, const std::string& folder) {
  if (result.finished + result.failed + result.interrupted == 0) return;  // all complete, as was said
  fmt::print(stderr, "{} trained now ({} diverged), {} complete before, {} failed, {} to do\n",
             result.finished, result.diverged, result.skipped, result.failed, result.interrupted);
  if (result.interrupted > 0) fmt::print(stderr, "Interrupted: `mayfly run {}` goes on.\n", folder);
  fmt::print(stderr, "Tables: {}/tables/\n", folder);
  if (result.failed > 0) fmt::print(stderr, "Reasons of the failures: {}/failed/\n", folder);
}

ExitCode run_command(const RunOptions& options) {
  const Campaign campaign = open_campaign(options.folder, options.settings);
  const CampaignOptions how{
      .folder = campaign.folder,
      .lifespan = campaign.lifespan,
      .device = options.device.device.empty() ? campaign.config.train.device : options.device.device,
      .cores = options.device.cores(),
      .jobs = options.jobs > 0 ? options.jobs : options.device.cores(),
      .mayfly_version = kVersion};
  check_means(campaign, options, how.device);
  const std::vector<CampaignNetwork> networks = networks_of(campaign);
  lock_campaign(campaign.folder, {campaign.config, kArithmeticVersion, kVersion});
  DatasetStore datasets([&](const std::string& name) {
    return load_campaign_dataset(campaign, name, options.device.data_root);
  });
  watch_signals();
  const auto progress = make_progress(options.progress);
  const CampaignResult result = run_campaign(networks, datasets, how, *progress, signalled);
  if (options.progress != "none" && options.progress != "json") print_result(result, options.folder);
  return result.exit_code();
}

}  // namespace

void add_run(Commands& commands) {
  const auto options = std::make_shared<RunOptions>();
  CLI::App* command = commands.add("run", "Train the networks whose tables are missing; again: go on",
                                   "  mayfly run trial\n"
                                   "  mayfly run trial --jobs 1 --progress plain 2> trial.log",
                                   [options] { return run_command(*options); });
  command->add_option("DIR", options->folder, "Folder of the campaign")->required();
  command->add_option("--jobs", options->jobs, "Networks at once (default: one per core)")
      ->check(CLI::Range(1, 4096));
  command->add_option("--progress", options->progress, "What to tell of the course of things")
      ->check(CLI::IsMember({"auto", "tty", "plain", "json", "none"}))
      ->capture_default_str();
  add_set_option(*command, options->settings);
  options->device.device.clear();  // the campaign's
  add_device_options(*command, options->device);
}

}  // namespace mayfly::cli
