// What a worker does so that no two processes train one network.
#include <fmt/format.h>

#include "trainer/worker.h"

namespace mayfly {
namespace {

std::string holder_text(const std::optional<ProcessIdentity>& holder) {
  return holder ? fmt::format("{}, process {}", holder->host, holder->pid) : "another process";
}

}  // namespace

/// The claim, where the network is to be trained by us; else the item is settled or put off. Looks again
/// after claiming: its last owner may have finished it just before.
std::shared_ptr<Claim> Crew::claim(const WorkList::Item& item) {
  if (settled_elsewhere(item)) return nullptr;
  std::shared_ptr<Claim> claim = claims_.try_claim(item.network->spec.id);
  if (!claim)
    put_off(item);
  else if (settled_elsewhere(item))
    claim.reset();
  return claim;
}

/// Whether another process has finished the network or failed at it since this run began; then it is done. A
/// network that failed before is tried once more, by whichever process comes to it first.
bool Crew::settled_elsewhere(const WorkList::Item& item) {
  const NetworkSpec& spec = item.network->spec;
  const auto table = campaign_table_path(options_.folder, spec, datasets_.get(spec.dataset));
  const bool complete = std::filesystem::is_regular_file(table);
  const auto before = failed_before_.find(spec.id);
  const int attempts_before = before == failed_before_.end() ? 0 : before->second;
  if (!complete && failed_attempts(options_.folder, spec.id) <= attempts_before) return false;
  {
    const std::lock_guard lock(result_mutex_);
    ++(complete ? result_.elsewhere : result_.failed);
  }
  work_.done_elsewhere(item);
  tell([&](CampaignObserver& observer) { observer.done_elsewhere(*item.network, !complete); });
  return true;
}

void Crew::put_off(const WorkList::Item& item) {
  if (item.put_off == 0) {
    const std::string holder = holder_text(claims_.holder(item.network->spec.id));
    tell([&](CampaignObserver& observer) { observer.elsewhere(*item.network, holder); });
  }
  work_.put_off(item);
}

}  // namespace mayfly
