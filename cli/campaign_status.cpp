#include "cli/campaign_status.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "recorder/journal.h"
#include "recorder/tables_folder.h"
#include "trainer/claim_file.h"
#include "trainer/failure_file.h"

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;

bool has_table(const fs::path& campaign, const NetworkSpec& spec) {
  return fs::exists(table_path(tables_folder(campaign, spec.dataset, false), spec.id)) ||
         fs::exists(table_path(tables_folder(campaign, spec.dataset, true), spec.id));
}

Standing standing_of(const fs::path& campaign, const NetworkSpec& spec, const NetworkRecord* record,
                     const NetworkStatus& status) {
  if (has_table(campaign, spec)) return Standing::complete;
  if (status.holder && !status.stale) return Standing::running;
  if (!status.failure.empty()) return Standing::failed;
  const bool begun = status.stale || (record != nullptr && record->state == NetworkState::running);
  return begun ? Standing::interrupted : Standing::planned;
}

/// Half epochs that took time: rows of a network beyond hope are filled in.
double share_trained(const NetworkRecord& record) {
  const auto trained = std::count_if(record.points.begin(), record.points.end(),
                                     [](const auto& entry) { return entry.second.train_seconds > 0; });
  return record.points.empty() ? 0 : static_cast<double>(trained) / static_cast<double>(record.points.size());
}

using Claimed = std::map<std::string, ClaimText>;

NetworkStatus status_of(const Campaign& campaign, std::uint32_t index, const JournalRecord& journals,
                        const Claimed& claims) {
  const PlannedNetwork planned = plan_network(campaign, index);
  const NetworkSpec& spec = planned.sampled.spec;
  const auto found = journals.networks.find(spec.id);
  const NetworkRecord* record = found == journals.networks.end() ? nullptr : &found->second;
  const std::optional<Failure> failure = read_failure(campaign.folder, spec.id);
  NetworkStatus status{.index = index,
                       .id = spec.id,
                       .failure = failure ? failure->reason : "",
                       .estimated_seconds = planned.cost.seconds};
  if (const auto claim = claims.find(spec.id); claim != claims.end()) {
    status.holder = claim->second.owner;
    status.stale = known_dead(claim->second.owner);
  }
  status.standing = standing_of(campaign.folder, spec, record, status);
  if (record == nullptr) return status;
  status.diverged_since = record->diverged_since;
  status.seconds = record->seconds();
  if (status.standing == Standing::complete) status.estimated_seconds *= share_trained(*record);
  if (const JournalPoint* last = record->last_point()) {
    status.epoch = last->point.epoch;
    status.device = last->device;
    status.val_acc = last->point.val_acc;
  }
  return status;
}

/// Estimated seconds of one core that are before us. An interrupted network goes on from a checkpoint that is
/// hardly behind its last point.
double remaining_of(const NetworkStatus& network, double epochs) {
  if (network.standing == Standing::complete) return 0;
  const bool begun = network.standing == Standing::running || network.standing == Standing::interrupted;
  const double done = begun ? std::min(1.0, network.epoch / epochs) : 0;
  return network.estimated_seconds * (1 - done);
}

void add_pace(CampaignStatus& status) {
  const auto running = static_cast<double>(status.count(Standing::running));
  if (running == 0) return;
  status.seconds_left = status.remaining_seconds / running;
  if (status.check.networks == 0 || status.check.seconds <= 0) return;
  const double seconds_each = status.check.seconds / static_cast<double>(status.check.networks);
  status.networks_per_hour = running * 3600 / seconds_each;
}

}  // namespace

const char* to_string(Standing standing) {
  switch (standing) {
    case Standing::planned:
      return "planned";
    case Standing::running:
      return "running";
    case Standing::interrupted:
      return "interrupted";
    case Standing::failed:
      return "failed";
    case Standing::complete:
      return "complete";
  }
  return "";
}

std::size_t CampaignStatus::count(Standing standing) const {
  return static_cast<std::size_t>(std::count_if(
      networks.begin(), networks.end(), [&](const NetworkStatus& n) { return n.standing == standing; }));
}

EstimateCheck check_estimates(const std::vector<NetworkStatus>& networks) {
  EstimateCheck check;
  for (const NetworkStatus& network : networks) {
    if (network.standing != Standing::complete || network.seconds <= 0) continue;
    ++check.networks;
    check.estimated_seconds += network.estimated_seconds;
    check.seconds += network.seconds;
    const double ratio = network.seconds / network.estimated_seconds;
    if (ratio >= 0.5 && ratio <= 2) ++check.within_factor_2;
  }
  return check;
}

CampaignStatus campaign_status(const Campaign& campaign) {
  const JournalRecord journals = read_journals(campaign.folder);
  const Claimed claims = read_claims(campaign.folder);  // later: what begins meanwhile is not interrupted
  CampaignStatus status{.unreadable_journal_lines = journals.unreadable_lines};
  for (std::uint32_t index = 0; index < campaign.config.campaign.networks; ++index)
    status.networks.push_back(status_of(campaign, index, journals, claims));
  status.check = check_estimates(status.networks);
  for (const NetworkStatus& network : status.networks) {
    status.remaining_seconds += remaining_of(network, campaign.lifespan.epochs) * status.check.ratio();
    if (network.standing == Standing::complete && network.diverged_since) ++status.diverged;
  }
  add_pace(status);
  return status;
}

}  // namespace mayfly::cli
