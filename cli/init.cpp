#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>

#include "cli/campaign_folder.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/say.h"
#include "cli/text.h"
#include "generator/network_id.h"
#include "recorder/durable_file.h"
#include "trainer/config/campaign_config.h"

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;

struct InitOptions {
  std::string folder;
  std::string preset = "published";
  std::vector<std::string> datasets;
  std::optional<std::uint32_t> networks;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> settings;
};

MicrosecondsUtc now() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since_1970).count();
}

/// A single word must be a known data set or a folder of images that is there; a path may come into being.
void require_dataset(const CampaignConfig& config, const std::string& entry) {
  table_name(entry);
  if (!is_known_dataset(entry) && entry.find('/') == std::string::npos)
    find_any_dataset(dataset_request(config, entry, {}));
}

CampaignConfig config_of(const InitOptions& options) {
  CampaignConfig config = preset_config(options.preset);
  const std::string name = fs::absolute(options.folder).lexically_normal().filename().string();
  if (!name.empty()) config.campaign.name = name;
  config.campaign.seed = options.seed ? *options.seed : std::random_device{}();
  config.campaign.base_time = now();
  if (options.networks) config.campaign.networks = *options.networks;
  if (!options.datasets.empty()) config.campaign.dataset = options.datasets;
  apply_settings(config, options.settings);
  for (const std::string& entry : config.campaign.dataset) require_dataset(config, entry);
  return config;
}

ExitCode init(const InitOptions& options) {
  const CampaignConfig config = config_of(options);
  const fs::path file = fs::path(options.folder) / "campaign.toml";
  create_folder(options.folder);
  if (fs::exists(file))
    throw UsageError(fmt::format("{}: there is a campaign already; edit this file, or name another folder",
                                 file.string()));
  write_durable_file(file, config_toml_text(config));
  say("Wrote {}: {} on {}, seed {}.\nNext: mayfly plan {}; mayfly run {}\n", file.string(),
      counted(config.campaign.networks, "network"), fmt::join(config.campaign.dataset, ", "),
      config.campaign.seed, shell_quoted(options.folder), shell_quoted(options.folder));
  return ExitCode::complete;
}

}  // namespace

void add_init(Commands& commands) {
  const auto options = std::make_shared<InitOptions>();
  CLI::App* command =
      commands.add("init", "Write a commented campaign.toml into a new folder",
                   "  mayfly init trial --preset laptop --dataset FashionMNIST -n 8\n"
                   "  mayfly init paper --preset published --dataset CIFAR100 -n 6000 --seed 1",
                   [options] { return init(*options); });
  command->add_option("DIR", options->folder, "Folder of the campaign")->required();
  command->add_option("--preset", options->preset, "Search space: published or laptop")
      ->capture_default_str();
  command
      ->add_option("--dataset", options->datasets,
                   "FashionMNIST, CIFAR100, ... or a folder of images; several: drawn from")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("-n,--networks", options->networks, "Number of networks");
  command->add_option("--seed", options->seed, "Seed of the campaign (default: a random one, recorded)");
  add_set_option(*command, options->settings);
}

}  // namespace mayfly::cli
