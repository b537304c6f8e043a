// The part of reading that campaign.toml and its lock share.
#pragma once

#include <toml++/toml.h>

#include <set>
#include <string>

#include "trainer/config/campaign_config.h"

namespace mayfly::config {

/// Parses TOML; UsageError with name, line and column where it is malformed.
toml::table parse_document(const std::string& text, const std::string& name);

/// "name:line:column".
std::string place_of(const std::string& name, const toml::source_region& at);

/// Reads all sections of `document` but `besides` into `config` and returns the full names of the keys that
/// were there. UsageError for an unknown section or key, and as of ConfigKey::read.
std::set<std::string> read_sections(const toml::table& document, const std::string& name,
                                    CampaignConfig& config, const std::string& besides = "");

}  // namespace mayfly::config
