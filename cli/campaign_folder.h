// A campaign opened from its folder: its configuration and the networks that follow from it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/any_dataset.h"
#include "generator/estimate.h"
#include "generator/sample.h"
#include "trainer/config/campaign_config.h"
#include "trainer/lifespan.h"
#include "trainer/progress.h"

namespace mayfly::cli {

struct Campaign {
  std::filesystem::path folder;
  CampaignConfig config;
  LifespanOptions lifespan;  ///< what [train] asks for
  SamplingPlan sampling;
};

/// The campaign that campaign.toml and `settings` (--set) describe, on `device` where that is not empty.
/// Folders of images are looked for below `data_root` first, and listed.
Campaign open_campaign(const std::string& folder, const std::vector<std::string>& settings,
                       const std::string& data_root = "", const std::string& device = "");

/// The campaign whose tables are there or being made: what campaign.lock.toml says; before the first run,
/// what campaign.toml says.
Campaign open_locked_campaign(const std::string& folder, const std::string& data_root = "");

struct PlannedNetwork {
  SampledNetwork sampled;
  Estimate cost;
};

/// Network `index`; UsageError where the campaign has none of that number.
PlannedNetwork plan_network(const Campaign& campaign, std::uint32_t index);

/// All of them, by index.
std::vector<PlannedNetwork> plan_networks(const Campaign& campaign);

/// As trainer/campaign.h wants it.
CampaignNetwork campaign_network(const Campaign& campaign, const PlannedNetwork& planned);

/// How the campaign asks for one of its data sets (an entry of campaign.dataset).
DatasetRequest dataset_request(const CampaignConfig& config, const std::string& entry,
                               const std::filesystem::path& data_root);

/// Loads a data set by its name in the tables, as the campaign uses it: at most max_train_images and
/// max_val_images.
Dataset load_campaign_dataset(const Campaign& campaign, const std::string& name,
                              const std::filesystem::path& data_root);

}  // namespace mayfly::cli
