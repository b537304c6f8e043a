// The one table of the keys of campaign.toml: reading, writing, suggestions and the lock all follow it. The
// keys of [search_space] come from generator/search_space_keys.h.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "recorder/toml.h"
#include "trainer/config/campaign_config.h"

namespace mayfly::config {

/// What a campaign that has begun lets change.
enum class Freedom {
  none,
  grows,  ///< a number may rise
  any,
};

struct ConfigKey {
  std::string section;
  std::string name;
  std::string note;  ///< one line for campaign.toml
  Freedom freedom = Freedom::none;
  /// Reads a TOML value into its member; errors as of toml_value.h.
  std::function<void(const toml::node&, const std::string& place, CampaignConfig&)> read;
  /// The value as TOML.
  std::function<std::string(const CampaignConfig&)> text;

  std::string full_name() const { return section + "." + name; }
};

/// All keys, by section, in the order of the file.
const std::vector<ConfigKey>& config_keys();

/// campaign, images, train, search_space.
const std::vector<std::string>& config_sections();

/// The key, or null.
const ConfigKey* find_key(const std::string& section, const std::string& name);

}  // namespace mayfly::config
