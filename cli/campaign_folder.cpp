#include "cli/campaign_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>

#include "core/error.h"
#include "nn/normalize.h"
#include "recorder/run_conventions.h"
#include "recorder/tables_folder.h"
#include "trainer/config/lock_file.h"
#include "trainer/conventions.h"
#include "trainer/device_memory.h"

namespace mayfly::cli {
namespace {

DatasetFacts facts_of(const DatasetRequest& request) {
  const DatasetInfo info = any_dataset_info(request);
  return {.name = info.name,
          .classes = info.classes,
          .image = info.image,
          .train_images = info.train_images,
          .validation_images = info.validation_images};
}

/// What campaign.json beside the tables of a folder of images says of it.
std::optional<DatasetFacts> recorded_facts(const std::filesystem::path& campaign, const std::string& name) {
  for (const bool trial : {false, true}) {
    const auto recorded = read_run_conventions(tables_folder(campaign, name, trial));
    if (!recorded || !recorded->class_names || !recorded->image_size) continue;
    const ImageOptions images = image_options(*recorded);
    return DatasetFacts{
        .name = name,
        .classes = static_cast<int>(recorded->class_names->size()),
        .image = {images.image_mode == "gray" ? 1 : 3, images.image_size.front(), images.image_size.back()},
        .train_images =
            static_cast<std::uint64_t>(recorded->train_images_listed.value_or(recorded->train_images)),
        .validation_images = static_cast<std::uint64_t>(
            recorded->validation_images_listed.value_or(recorded->validation_images))};
  }
  return std::nullopt;
}

/// As recorded where the folder of images is not here: a campaign may be looked at anywhere.
DatasetFacts facts_here_or_recorded(const std::filesystem::path& campaign, const DatasetRequest& request) {
  if (!is_known_dataset(request.entry))
    if (const auto recorded = recorded_facts(campaign, table_name(request.entry))) return *recorded;
  return facts_of(request);
}

/// Tables name a data set as table_name() does, and so no two may share it.
void require_different_names(const CampaignSection& campaign) {
  std::map<std::string, std::string> entries;
  for (const std::string& entry : campaign.dataset) {
    const auto [other, is_new] = entries.emplace(table_name(entry), entry);
    if (!is_new)
      throw UsageError(
          fmt::format("campaign.dataset: '{}' and '{}' would both be called {} in the tables; rename "
                      "a folder, or link to it by another name",
                      other->second, entry, other->first));
  }
}

/// Pixels and labels.
std::uint64_t bytes_of(const DatasetFacts& facts) {
  const ImageShape& image = facts.image;
  const auto pixels = static_cast<std::uint64_t>(image.channels * image.height * image.width);
  return (facts.train_images + facts.validation_images) * (pixels + 1);
}

using FactsOf = std::function<DatasetFacts(const DatasetRequest&)>;

SamplingPlan sampling_plan(const CampaignConfig& config, const std::string& data_root, const FactsOf& facts) {
  require_different_names(config.campaign);
  SamplingPlan plan{.space = config.search_space,
                    .campaign_seed = config.campaign.seed,
                    .base_time = config.campaign.base_time};
  for (const std::string& entry : config.campaign.dataset)
    plan.datasets.push_back(facts(dataset_request(config, entry, data_root)));
  return plan;
}

Campaign campaign_of(const std::string& folder, const CampaignConfig& config, const std::string& data_root,
                     const FactsOf& facts = facts_of) {
  const TrainSection& train = config.train;
  return {.folder = folder,
          .config = config,
          .lifespan = {.epochs = train.epochs,
                       .normalize = parse_normalize(train.normalize),
                       .element_dropout = parse_element_dropout(train.conv_dropout),
                       .val_loss = parse_val_loss(train.val_loss),
                       .arithmetic = parse_arithmetic(train.arithmetic)},
          .sampling = sampling_plan(config, data_root, facts)};
}

}  // namespace

Campaign open_campaign(const std::string& folder, const std::vector<std::string>& settings,
                       const std::string& data_root, const std::string& device) {
  if (!std::filesystem::exists(std::filesystem::path(folder) / "campaign.toml"))
    throw DataError(
        fmt::format("{}/campaign.toml: expected a campaign, found no such file; `mayfly init {}` makes one",
                    folder, folder));
  std::vector<std::string> all = settings;
  if (!device.empty()) all.push_back("train.device=" + device);
  return campaign_of(folder, read_config(folder, all), data_root);
}

Campaign open_locked_campaign(const std::string& folder, const std::string& data_root) {
  const std::optional<CampaignLock> lock = read_lock(folder);
  return campaign_of(folder, lock ? lock->config : read_config(folder), data_root,
                     [&](const DatasetRequest& request) { return facts_here_or_recorded(folder, request); });
}

PlannedNetwork plan_network(const Campaign& campaign, std::uint32_t index) {
  const std::uint32_t networks = campaign.config.campaign.networks;
  if (index >= networks)
    throw UsageError(fmt::format("{}: expected an index of 0 to {}, found {}", campaign.folder.string(),
                                 networks - 1, index));
  PlannedNetwork planned{.sampled = sample_network(campaign.sampling, index)};
  const DatasetFacts& facts = campaign.sampling.datasets.at(planned.sampled.dataset);
  planned.cost = estimate(planned.sampled.shapes, planned.sampled.spec.sgd,
                          {.train = facts.train_images, .validation = facts.validation_images},
                          campaign.lifespan.epochs);
  if (campaign.lifespan.element_dropout)
    planned.cost.memory_bytes += element_mask_bytes(planned.sampled.shapes);
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
          .device_memory = estimate_device_memory(
              sampled.shapes, sampled.spec.sgd, bytes_of(campaign.sampling.datasets.at(sampled.dataset)),
              campaign.lifespan.arithmetic, campaign.lifespan.element_dropout)};
}

DatasetRequest dataset_request(const CampaignConfig& config, const std::string& entry,
                               const std::filesystem::path& data_root) {
  return {.entry = entry,
          .roots = data_roots(data_root, config.campaign.data_root),
          .images = config.images,
          .max_train_images = config.train.max_train_images,
          .max_validation_images = config.train.max_val_images};
}

Dataset load_campaign_dataset(const Campaign& campaign, const std::string& name,
                              const std::filesystem::path& data_root) {
  const std::vector<std::string>& entries = campaign.config.campaign.dataset;
  const auto entry = std::find_if(entries.begin(), entries.end(),
                                  [&](const std::string& e) { return table_name(e) == name; });
  if (entry == entries.end())
    throw UsageError(fmt::format("{}: none of its data sets is called {}", campaign.folder.string(), name));
  return load_any_dataset(dataset_request(campaign.config, *entry, data_root));
}

}  // namespace mayfly::cli
