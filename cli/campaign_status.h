// Where a campaign stands, found out from its files alone: tables, journals, failures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/campaign_folder.h"
#include "trainer/process_identity.h"

namespace mayfly::cli {

/// planned: nobody began it. running: claimed, and its process is not known to be dead (on another host that
/// cannot be known: a run takes it over when its lease is over). interrupted: begun, and no process has it.
/// failed: the last attempt failed.
enum class Standing { planned, running, interrupted, failed, complete };
const char* to_string(Standing standing);

struct NetworkStatus {
  std::uint32_t index = 0;
  std::string id;
  Standing standing = Standing::planned;
  double epoch = 0;  ///< of its last half epoch
  std::optional<double> val_acc = std::nullopt;
  std::optional<double> diverged_since = std::nullopt;
  std::string failure;                                   ///< reason
  std::optional<ProcessIdentity> holder = std::nullopt;  ///< its claim's owner
  bool stale = false;                                    ///< the owner is known to be dead
  double estimated_seconds = 0;  ///< on one core; of a complete one: for the epochs it was trained in earnest
  double seconds = 0;            ///< its half epochs took, in this and earlier attempts at them
  std::string device = {};       ///< of its last half epoch; empty where the journals know none
};

/// Estimates against what complete networks took; those without a journal do not count.
struct EstimateCheck {
  std::size_t networks = 0;
  std::size_t within_factor_2 = 0;
  double estimated_seconds = 0;
  double seconds = 0;
  /// Seconds per estimated second; 1 where nothing is complete.
  double ratio() const { return estimated_seconds > 0 && seconds > 0 ? seconds / estimated_seconds : 1; }
};

/// Of the complete ones among `networks`.
EstimateCheck check_estimates(const std::vector<NetworkStatus>& networks);

struct CampaignStatus {
  std::vector<NetworkStatus> networks;  ///< by index
  EstimateCheck check;
  std::size_t diverged = 0;                  ///< of the complete ones
  double remaining_seconds = 0;              ///< on one core, estimates corrected by check.ratio()
  std::optional<double> networks_per_hour;   ///< at the pace of those that run now
  std::optional<double> seconds_left;        ///< likewise
  std::size_t unreadable_journal_lines = 0;  ///< torn by a kill or a full disk

  std::size_t count(Standing standing) const;
};

CampaignStatus campaign_status(const Campaign& campaign);

}  // namespace mayfly::cli
