// The networks that are waiting, handed out longest first, each with its share of the cores.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

#include "trainer/progress.h"

namespace mayfly {

/// Cores and how many networks may share them.
struct CoreShare {
  int cores = 1;
  int jobs = 1;
};

/// May be used by several threads at once.
class WorkList {
 public:
  /// `networks` in any order; those of equal estimates keep theirs.
  WorkList(std::vector<CampaignNetwork> networks, CoreShare share);

  struct Item {
    const CampaignNetwork* network = nullptr;  ///< lives as long as the list
    int threads = 1;
  };

  /// The next network; empty where none waits. It gets cores / min(jobs, networks that are not done), at
  /// least 1: the last ones share what others have left.
  std::optional<Item> take();

  /// A network that was taken is done, whatever became of it.
  void done();

 private:
  std::mutex mutex_;
  std::vector<CampaignNetwork> networks_;
  CoreShare share_;
  std::size_t next_ = 0;
  std::size_t done_ = 0;
};

}  // namespace mayfly
