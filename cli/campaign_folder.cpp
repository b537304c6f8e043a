#include "cli/campaign_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "core/error.h"
#include "data/locate.h"
#include "nn/normalize.h"
#include "trainer/config/lock_file.h"
#include "trainer/conventions.h"
#include "trainer/device_memory.h"

namespace mayfly::cli {
namespace {

std::uint64_t at_most(std::uint64_t official, std::uint64_t limit) {
  return limit == 0 ? official : std::min(official, limit);
}

DatasetFacts facts_of(const std::string& name, const TrainSection& train) {
  const DatasetInfo& info = dataset_info(name);
  return {.name = info.name,
          .classes = info.classes,
          .image = info.image,
          .train_images = at_most(info.train_images, train.max_train_images),
          .validation_images = at_most(info.validation_images, train.max_val_images)};
}

/// Pixels and labels.
std::uint64_t bytes_of(const DatasetFacts& facts) {
  const ImageShape& image = facts.image;
  const auto pixels = static_cast<std::uint64_t>(image.channels * image.height * image.width);
  return (facts.train_images + facts.validation_images) * (pixels + 1);
}

SamplingPlan sampling_plan(const CampaignConfig& config) {
  SamplingPlan plan{.space = config.search_space,
                    .campaign_seed = config.campaign.seed,
                    .base_time = config.campaign.base_time};
  for (const std::string& name : config.campaign.dataset)
    plan.datasets.push_back(facts_of(name, config.train));
  return plan;
}

Campaign campaign_of(const std::string& folder, const CampaignConfig& config) {
  const TrainSection& train = config.train;
  return {.folder = folder,
          .config = config,
          .lifespan = {.epochs = train.epochs,
                       .normalize = parse_normalize(train.normalize),
                       .element_dropout = parse_element_dropout(train.conv_dropout),
                       .val_loss = parse_val_loss(train.val_loss),
                       .arithmetic = parse_arithmetic(train.arithmetic)},
          .sampling = sampling_plan(config)};
}

}  // namespace

Campaign open_campaign(const std::string& folder, const std::vector<std::string>& settings,
                       const std::string& device) {
  if (!std::filesystem::exists(std::filesystem::path(folder) / "campaign.toml"))
    throw DataError(
        fmt::format("{}/campaign.toml: expected a campaign, found no such file; `mayfly init {}` makes one",
                    folder, folder));
  std::vector<std::string> all = settings;
  if (!device.empty()) all.push_back("train.device=" + device);
  return campaign_of(folder, read_config(folder, all));
}

Campaign open_locked_campaign(const std::string& folder) {
  const std::optional<CampaignLock> lock = read_lock(folder);
  return campaign_of(folder, lock ? lock->config : read_config(folder));
}

PlannedNetwork plan_network(const Campaign& campaign, std::uint32_t index) {
  const std::uint32_t networks = campaign.config.campaign.networks;
  if (index >= networks)
    throw UsageError(fmt::format("{}: expected an index of 0 to {}, found {}", campaign.folder.string(),
                                 networks - 1, index));
  PlannedNetwork planned{.sampled = sample_network(campaign.sampling, index)};
  const DatasetFacts& facts = campaign.sampling.datasets.at(planned.sampled.dataset);
  planned.cost =
      estimate(planned.sampled.shapes, {.train = facts.train_images, .validation = facts.validation_images},
               campaign.lifespan.epochs);
  return planned;
}

std::vector<PlannedNetwork> plan_networks(const Campaign& campaign) {
  std::vector<PlannedNetwork> networks;
  networks.reserve(campaign.config.campaign.networks);
  for (std::uint32_t index = 0; index < campaign.config.campaign.networks; ++index)
    networks.push_back(plan_network(campaign, index));
  return networks;
}

CampaignNetwork campaign_network(const Campaign& campaign, const PlannedNetwork& planned) {
  const SampledNetwork& sampled = planned.sampled;
  return {.index = sampled.index,
          .spec = sampled.spec,
          .estimated_seconds = planned.cost.seconds,
          .device_memory =
              estimate_device_memory(sampled.shapes, bytes_of(campaign.sampling.datasets.at(sampled.dataset)),
                                     campaign.lifespan.arithmetic)};
}

Dataset load_campaign_dataset(const Campaign& campaign, const std::string& name,
                              const std::filesystem::path& data_root) {
  Dataset dataset = load_dataset(name, data_roots(data_root, campaign.config.campaign.data_root));
  limit_images(dataset, campaign.config.train.max_train_images, campaign.config.train.max_val_images);
  return dataset;
}

}  // namespace mayfly::cli
