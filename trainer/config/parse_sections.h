// The part of reading that campaign.toml and its lock share.
#pragma once

#include <set>
#include <string>

#include "recorder/toml.h"
#include "trainer/config/campaign_config.h"

namespace mayfly::config {

/// Reads all sections of `document` but `besides` into `config` and returns the full names of the keys that
/// were there. UsageError for an unknown section or key, and as of ConfigKey::read.
std::set<std::string> read_sections(const toml::table& document, const std::string& name,
                                    CampaignConfig& config, const std::string& besides = "");

}  // namespace mayfly::config
