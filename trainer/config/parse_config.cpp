#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/near_miss.h"
#include "recorder/durable_file.h"
#include "trainer/config/campaign_config.h"
#include "trainer/config/config_keys.h"
#include "trainer/config/parse_sections.h"

namespace mayfly {
namespace config {
namespace {

std::vector<std::string> names_of(const std::string& section) {
  std::vector<std::string> names;
  for (const ConfigKey& key : config_keys()) {
    if (key.section == section) names.push_back(key.name);
  }
  return names;
}

/// Sections that hold a key of this name: where it may have been meant to stand.
std::string home_text(const std::string& name) {
  for (const ConfigKey& key : config_keys()) {
    if (key.name == name) return fmt::format("; it belongs in section [{}]", key.section);
  }
  return "";
}

const ConfigKey& known_key(const std::string& place, const std::string& section, const std::string& name) {
  if (const ConfigKey* key = find_key(section, name)) return *key;
  std::string hint = home_text(name);
  if (hint.empty()) hint = did_you_mean(name, names_of(section));
  throw UsageError(fmt::format("{}: unknown key '{}' in section [{}]{}", place, name, section, hint));
}

/// Refuses what stands at the top and is no known section.
[[noreturn]] void refuse_top(const std::string& place, const std::string& name, bool table) {
  std::string hint = home_text(name);
  if (hint.empty()) hint = did_you_mean(name, config_sections());
  throw UsageError(fmt::format("{}: unknown {} '{}'{}; expected the sections {}", place,
                               table ? "section" : "key", name, hint, fmt::join(config_sections(), ", ")));
}

/// The key that a setting names, "section.key" or "key".
const ConfigKey& setting_key(const std::string& setting, const std::string& name) {
  const std::string place = fmt::format("--set {}", setting);
  std::vector<std::string> known;
  for (const ConfigKey& key : config_keys()) {
    if (key.full_name() == name || key.name == name) return key;
    known.push_back(name.find('.') == std::string::npos ? key.name : key.full_name());
  }
  throw UsageError(fmt::format("{}: unknown key '{}'{}", place, name, did_you_mean(name, known)));
}

/// `text` as the value of a TOML document's one key; a word may lack its quotation marks.
toml::table setting_value(const std::string& setting, const std::string& text) {
  const bool word = !text.empty() && text.find_first_of("\"'[]{}=#\n\r\\") == std::string::npos;
  try {
    if (text.find_first_of("\n\r#") != std::string::npos) throw UsageError("more than one line");
    return parse_toml("value = " + text, setting);
  } catch (const std::runtime_error&) {
    if (word) return toml::table{{"value", text}};
    throw UsageError(
        fmt::format("--set {}: expected a value as in campaign.toml, such as 3, [1, 5], \"text\", found '{}'",
                    setting, text));
  }
}

void apply_setting(CampaignConfig& config, const std::string& setting) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw UsageError(fmt::format("--set {}: expected section.key=value", setting));
  }
  const ConfigKey& key = setting_key(setting, setting.substr(0, equals));
  const toml::table value = setting_value(setting, setting.substr(equals + 1));
  key.read(*value.get("value"), fmt::format("--set {}", key.full_name()), config);
}

}  // namespace

std::set<std::string> read_sections(const toml::table& document, const std::string& name,
                                    CampaignConfig& config, const std::string& besides) {
  std::set<std::string> seen;
  for (const auto& [section_key, node] : document) {
    const std::string section(section_key.str());
    if (section == besides) continue;
    const toml::table* table = node.as_table();
    const bool known =
        std::find(config_sections().begin(), config_sections().end(), section) != config_sections().end();
    if (table == nullptr || !known)
      refuse_top(toml_place(name, section_key.source()), section, table != nullptr);
    for (const auto& [key_text, value] : *table) {
      const std::string place = toml_place(name, key_text.source());
      const ConfigKey& key = known_key(place, section, std::string(key_text.str()));
      key.read(value, fmt::format("{}: {}", place, key.full_name()), config);
      seen.insert(key.full_name());
    }
  }
  return seen;
}

}  // namespace config

void apply_settings(CampaignConfig& config, const std::vector<std::string>& settings) {
  for (const std::string& setting : settings) config::apply_setting(config, setting);
  check_config(config);
}

CampaignConfig parse_config(const std::string& text, const std::string& name,
                            const std::vector<std::string>& settings) {
  CampaignConfig config;
  config::read_sections(parse_toml(text, name), name, config);
  for (const std::string& setting : settings) config::apply_setting(config, setting);
  try {
    check_config(config);
  } catch (const UsageError& error) {
    throw UsageError(
        fmt::format("{}{}: {}", name, settings.empty() ? "" : " with --set or --device", error.what()));
  }
  return config;
}

CampaignConfig read_config(const std::string& folder, const std::vector<std::string>& settings) {
  const std::filesystem::path path = std::filesystem::path(folder) / "campaign.toml";
  return parse_config(read_whole_file(path), path.string(), settings);
}

}  // namespace mayfly
