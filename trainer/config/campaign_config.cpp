#include "trainer/config/campaign_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/device_list.h"
#include "core/error.h"
#include "core/near_miss.h"

namespace mayfly {
namespace {

[[noreturn]] void refuse(const std::string& key, const std::string& expected, const std::string& found) {
  throw UsageError(fmt::format("{}: expected {}, found {}", key, expected, found));
}

void require_one_of(const std::string& key, const std::string& value, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), value) != known.end()) return;
  refuse(key, fmt::format("{}", fmt::join(known, " or ")),
         fmt::format("'{}'{}", value, did_you_mean(value, known)));
}

void check_campaign(const CampaignSection& campaign) {
  if (campaign.name.empty()) refuse("campaign.name", "a name", "none");
  if (campaign.networks < 1) refuse("campaign.networks", "at least 1", "0");
  if (campaign.seed > INT64_MAX) {
    refuse("campaign.seed", "at most 2^63-1, as TOML holds it", std::to_string(campaign.seed));
  }
  if (campaign.dataset.empty()) refuse("campaign.dataset", "at least one data set", "none");
  const std::set<std::string> different(campaign.dataset.begin(), campaign.dataset.end());
  if (different.size() != campaign.dataset.size()) {
    refuse("campaign.dataset", "each data set once", fmt::format("{}", fmt::join(campaign.dataset, ", ")));
  }
  network_id(campaign.base_time, 0);
  network_id(campaign.base_time, campaign.networks - 1);
}

void check_device(const TrainSection& train) {
  const std::optional<DeviceList> devices = parse_device_list(train.device);
  if (!devices) refuse("train.device", kDeviceListForm, fmt::format("'{}'", train.device));
  require_one_of("train.arithmetic", train.arithmetic, {"exact", "fast"});
  if (!devices->cuda && train.arithmetic == "fast") {
    throw UsageError(
        "train.arithmetic: \"fast\" is for CUDA only, and train.device is cpu; use train.device = \"cuda\" "
        "(--device cuda; init: --set train.device=cuda), or \"exact\"");
  }
}

void check_train(const TrainSection& train) {
  const double halves = train.epochs * 2;
  if (!(halves >= 1 && halves <= 2e6 && halves == std::floor(halves))) {
    refuse("train.epochs", "a positive multiple of 0.5, at most a million", fmt::format("{}", train.epochs));
  }
  if (train.validate_every != 0.5) {
    refuse("train.validate_every", "0.5, the only one that tables hold",
           fmt::format("{}", train.validate_every));
  }
  if (!train.drop_last) {
    refuse("train.drop_last", "true: training and validation leave the last incomplete batch out", "false");
  }
  if (!(train.checkpoint_every >= 0 && std::isfinite(train.checkpoint_every)))
    refuse("train.checkpoint_every", "seconds, 0 or more", fmt::format("{}", train.checkpoint_every));
  require_one_of("train.normalize", train.normalize, {"half", "none", "dataset"});
  require_one_of("train.val_loss", train.val_loss, {"mean", "published"});
  require_one_of("train.conv_dropout", train.conv_dropout, {"channel", "element"});
  check_device(train);
}

}  // namespace

CampaignConfig preset_config(const std::string& preset) {
  CampaignConfig config;
  config.search_space = preset_search_space(preset);
  if (preset == "published") config.train.val_loss = "published";
  return config;
}

void check_config(const CampaignConfig& config) {
  check_campaign(config.campaign);
  check_image_options(config.images);
  check_train(config.train);
  check_search_space(config.search_space);
}

}  // namespace mayfly
