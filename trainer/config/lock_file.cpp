#include "trainer/config/lock_file.h"

#include <fmt/format.h>

#include <set>

#include "core/error.h"
#include "recorder/durable_file.h"
#include "trainer/config/config_keys.h"
#include "trainer/config/parse_sections.h"
#include "trainer/config/toml_value.h"

namespace mayfly {
namespace {

using config::ConfigKey;
using config::Freedom;

constexpr const char* kLockSection = "lock";

std::filesystem::path lock_path(const std::filesystem::path& folder) {
  return folder / "campaign.lock.toml";
}

std::string sections_text(const CampaignConfig& config) {
  std::string text;
  for (const std::string& section : config::config_sections()) {
    text += fmt::format("\n[{}]\n", section);
    for (const ConfigKey& key : config::config_keys()) {
      if (key.section == section) text += fmt::format("{} = {}\n", key.name, key.text(config));
    }
  }
  return text;
}

const toml::node& lock_entry(const toml::table& document, const std::string& name, const char* key) {
  const toml::table* section = document[kLockSection].as_table();
  const toml::node* node = section == nullptr ? nullptr : section->get(key);
  if (node == nullptr) throw UsageError(fmt::format("{}: expected key lock.{}, found none", name, key));
  return *node;
}

bool may_grow(const ConfigKey& key, const std::string& locked, const std::string& now) {
  return key.freedom == Freedom::grows && std::stoull(now) > std::stoull(locked);
}

void require_allowed(const std::filesystem::path& path, const std::vector<ConfigChange>& changes) {
  for (const ConfigChange& change : changes) {
    if (change.allowed) continue;
    throw UsageError(
        fmt::format("{}: the campaign began with another configuration; go back to it, or begin "
                    "a new folder:\n{}",
                    path.string(), changes_text(changes)));
  }
}

void require_same_arithmetic(const std::filesystem::path& path, int locked, int now) {
  if (locked == now) return;
  throw UsageError(fmt::format(
      "{}: the campaign began with version {} of the arithmetic, this program computes version {}: "
      "its bits would differ; go on with the program it began with, or begin a new folder",
      path.string(), locked, now));
}

void require_same_numerics(const std::filesystem::path& path, const std::string& locked,
                           const std::string& now) {
  if (locked == now) return;
  throw DeviceError(fmt::format(
      "{}: the campaign began in fast arithmetic on '{}'; this device computes as '{}', and its bits would "
      "differ; go on where it began (kind of GPU and versions of the libraries), or begin a new folder, with "
      "arithmetic \"exact\" if any machine is to go on with it",
      path.string(), locked, now));
}

}  // namespace

std::string config_hash(const CampaignConfig& config) {
  std::uint64_t hash = 0xCBF29CE484222325;  // FNV-1a, 64 bits
  for (const char c : sections_text(config)) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001B3;
  }
  return fmt::format("{:016x}", hash);
}

std::string lock_text(const CampaignLock& lock) {
  const std::string numerics =
      lock.numerics.empty() ? "" : fmt::format("numerics = {}\n", config::value_text(lock.numerics));
  return fmt::format(
      "# What the campaign was resolved to when it began. Written by mayfly; its tables depend on it.\n"
      "\n[{}]\narithmetic_version = {}\nmayfly_version = {}\n{}hash = \"{}\"\n{}",
      kLockSection, lock.arithmetic_version, config::value_text(lock.mayfly_version), numerics,
      config_hash(lock.config), sections_text(lock.config));
}

CampaignLock parse_lock(const std::string& text, const std::string& name) {
  const toml::table document = parse_toml(text, name);
  CampaignLock lock;
  std::string hash;
  const auto read = [&](const char* key, auto& value) {
    config::read_value(lock_entry(document, name, key), fmt::format("{}: lock.{}", name, key), value);
  };
  read("arithmetic_version", lock.arithmetic_version);
  read("mayfly_version", lock.mayfly_version);
  read("hash", hash);
  if (document[kLockSection].as_table()->contains("numerics")) read("numerics", lock.numerics);
  const std::set<std::string> seen = config::read_sections(document, name, lock.config, kLockSection);
  for (const ConfigKey& key : config::config_keys()) {
    if (!seen.contains(key.full_name())) {
      throw UsageError(fmt::format("{}: expected key {}, found none", name, key.full_name()));
    }
  }
  if (hash != config_hash(lock.config)) {
    throw UsageError(
        fmt::format("{}: lock.hash: expected {}, found {}: the file was changed by hand; restore it", name,
                    config_hash(lock.config), hash));
  }
  return lock;
}

std::vector<ConfigChange> config_changes(const CampaignConfig& locked, const CampaignConfig& now) {
  std::vector<ConfigChange> changes;
  for (const ConfigKey& key : config::config_keys()) {
    ConfigChange change{.key = key.full_name(), .locked = key.text(locked), .now = key.text(now)};
    if (change.locked == change.now) continue;
    change.grows = key.freedom == Freedom::grows && !may_grow(key, change.locked, change.now);
    change.allowed = key.freedom == Freedom::any || may_grow(key, change.locked, change.now);
    changes.push_back(change);
  }
  return changes;
}

std::string changes_text(const std::vector<ConfigChange>& changes) {
  std::string text;
  for (const ConfigChange& change : changes) {
    text += fmt::format("{}  {}: locked {}, now {}{}{}", text.empty() ? "" : "\n", change.key, change.locked,
                        change.now, change.allowed ? " (allowed)" : "",
                        change.grows ? " (it may only grow)" : "");
  }
  return text;
}

std::optional<CampaignLock> read_lock(const std::filesystem::path& folder) {
  const std::filesystem::path path = lock_path(folder);
  if (!std::filesystem::exists(path)) return std::nullopt;
  return parse_lock(read_whole_file(path), path.string());
}

void require_allowed_changes(const std::filesystem::path& folder, const CampaignConfig& now) {
  if (const std::optional<CampaignLock> locked = read_lock(folder))
    require_allowed(lock_path(folder), config_changes(locked->config, now));
}

void require_locked_numerics(const std::filesystem::path& folder, const std::string& now) {
  const std::optional<CampaignLock> locked = read_lock(folder);
  if (locked && !locked->numerics.empty()) require_same_numerics(lock_path(folder), locked->numerics, now);
}

CampaignLock lock_campaign(const std::filesystem::path& folder, const CampaignLock& now) {
  const std::filesystem::path path = lock_path(folder);
  if (const std::optional<CampaignLock> locked = read_lock(folder)) {
    require_same_arithmetic(path, locked->arithmetic_version, now.arithmetic_version);
    const std::vector<ConfigChange> changes = config_changes(locked->config, now.config);
    require_allowed(path, changes);
    require_same_numerics(path, locked->numerics, now.numerics);
    if (changes.empty()) return *locked;
    write_durable_file(path, lock_text(now));
    return now;
  }
  if (create_durable_file(path, lock_text(now))) return now;
  return lock_campaign(folder, now);  // another process was faster: on its terms
}

}  // namespace mayfly
