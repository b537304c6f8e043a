// campaign.lock.toml: what a campaign was resolved to when it began. Its tables were made from that; a resume
// with another configuration is refused.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "trainer/config/campaign_config.h"

namespace mayfly {

struct CampaignLock {
  CampaignConfig config;
  int arithmetic_version = 0;  ///< of kernels/arithmetic.md
  std::string mayfly_version;  ///< of the program that wrote it
  /// Device::numerics() of the devices it began on: in fast arithmetic kind of GPU and versions of libraries;
  /// "" in exact arithmetic, whose bits do not depend on them.
  std::string numerics;
  bool operator==(const CampaignLock&) const = default;
};

/// 16 hexadecimal digits: FNV-1a (64 bits) of the canonical text, every key with its value in a fixed order.
std::string config_hash(const CampaignConfig& config);

/// Text of the lock file: every key explicit, versions and hash.
std::string lock_text(const CampaignLock& lock);

/// Reads it back. UsageError (name, line, key) where it is malformed, a key is missing, or the hash does not
/// fit: it was edited by hand.
CampaignLock parse_lock(const std::string& text, const std::string& name);

/// How one key differs.
struct ConfigChange {
  std::string key;     ///< section.key
  std::string locked;  ///< value there, as TOML
  std::string now;
  bool allowed = false;  ///< networks that grow, device, data_root, ...
  bool grows = false;    ///< a larger value would be allowed
};
std::vector<ConfigChange> config_changes(const CampaignConfig& locked, const CampaignConfig& now);

/// "section.key: locked X, now Y", one line each; the last one does not end.
std::string changes_text(const std::vector<ConfigChange>& changes);

/// FOLDER/campaign.lock.toml; empty where there is none.
std::optional<CampaignLock> read_lock(const std::filesystem::path& folder);

/// UsageError as lock_campaign() throws it where `folder` is locked and `now` has a change that is not
/// allowed.
void require_allowed_changes(const std::filesystem::path& folder, const CampaignConfig& now);

/// DeviceError as lock_campaign() throws it where `folder` is locked to the numerics of another device.
/// Nothing where it is not locked, or to exact arithmetic.
void require_locked_numerics(const std::filesystem::path& folder, const std::string& now);

/// Locks campaign `folder`, or checks it against its lock, which then takes over what may change. Errors
/// (UsageError): a change that is not allowed, with all of them line by line; another arithmetic version.
/// DeviceError: other numerics; it names both and what to do. Returns what is now locked.
CampaignLock lock_campaign(const std::filesystem::path& folder, const CampaignLock& now);

}  // namespace mayfly
