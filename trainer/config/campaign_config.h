// campaign.toml: what a campaign is asked to do. docs/ describes the keys; config_keys.cpp is their one
// table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/image_options.h"
#include "generator/network_id.h"
#include "generator/search_space.h"

namespace mayfly {

/// [campaign]
struct CampaignSection {
  std::string name = "campaign";
  std::uint64_t seed = 0;
  std::uint32_t networks = 100;
  std::vector<std::string> dataset{"FashionMNIST"};  ///< names or folders; each network draws one
  MicrosecondsUtc base_time = 0;                     ///< of the IDs; `init` sets it
  std::string data_root;                             ///< where the data sets lie; "": the usual places
  bool operator==(const CampaignSection&) const = default;
};

/// [train]
struct TrainSection {
  double epochs = 40;
  double validate_every = 0.5;
  bool drop_last = true;
  std::string normalize = "half";      ///< half, none, dataset
  std::string val_loss = "mean";       ///< mean, published
  std::uint64_t max_train_images = 0;  ///< 0: all
  std::uint64_t max_val_images = 0;
  std::string device = "cpu";            ///< cpu, cuda, cuda:0,2
  std::string arithmetic = "exact";      ///< exact, fast
  std::string conv_dropout = "channel";  ///< channel, element
  double checkpoint_every = 300;         ///< seconds; 0: only where a run is interrupted
  bool operator==(const TrainSection&) const = default;
};

struct CampaignConfig {
  CampaignSection campaign;
  ImageOptions images;  ///< [images]: how folders of images are read
  TrainSection train;
  SearchSpace search_space;
  bool operator==(const CampaignConfig&) const = default;
};

/// Preset `published` (val_loss = "published") or `laptop`; UsageError with the nearest name for another one.
CampaignConfig preset_config(const std::string& preset);

/// UsageError (key, expected, found) where values are out of range or do not go together.
void check_config(const CampaignConfig& config);

/// Reads the text of a campaign.toml, then applies `settings` ("section.key=value", or "key=value"; the value
/// as in TOML, a word may lack its quotation marks), then checks. Keys that are not there keep the defaults
/// of CampaignConfig. `name` is what errors call the text. Errors (UsageError): name, line, column, key,
/// expected, found; for an unknown key the nearest known one.
CampaignConfig parse_config(const std::string& text, const std::string& name,
                            const std::vector<std::string>& settings = {});

/// Reads DIR/campaign.toml; DataError where it cannot be read.
CampaignConfig read_config(const std::string& folder, const std::vector<std::string>& settings = {});

/// Applies settings to a configuration, as parse_config does, and checks it.
void apply_settings(CampaignConfig& config, const std::vector<std::string>& settings);

/// The commented campaign.toml that `init` writes: every key with a line on what it is; parse_config reads it
/// back as `config`.
std::string config_toml_text(const CampaignConfig& config);

}  // namespace mayfly
