#include "trainer/work_list.h"

#include <algorithm>
#include <utility>

namespace mayfly {

WorkList::WorkList(std::vector<CampaignNetwork> networks, CoreShare share)
    : networks_(std::move(networks)), share_(share) {
  std::stable_sort(networks_.begin(), networks_.end(),
                   [](const auto& a, const auto& b) { return a.estimated_seconds > b.estimated_seconds; });
}

std::optional<WorkList::Item> WorkList::take() {
  const std::lock_guard lock(mutex_);
  if (next_ == networks_.size()) return std::nullopt;
  const auto left = networks_.size() - done_;
  const auto sharing = std::min(left, static_cast<std::size_t>(share_.jobs));
  const int threads = std::max(1, share_.cores / static_cast<int>(sharing));
  return Item{.network = &networks_[next_++], .threads = threads};
}

void WorkList::done() {
  const std::lock_guard lock(mutex_);
  ++done_;
}

}  // namespace mayfly
