// Where a run stands, counted from its events: what the progress displays show.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "trainer/progress.h"

namespace mayfly::cli {

/// A network that is being trained.
struct RunningNetwork {
  std::string id;
  std::uint32_t index = 0;
  int half_epochs_done = 0;
  int half_epochs = 0;
  double estimated_seconds = 0;
  std::optional<Point> last;
};

class Tally {
 public:
  void campaign_started(const CampaignStart& start);
  void started(const NetworkRun& run);
  void half_epoch(const NetworkRun& run, const HalfEpoch& half);
  void finished(const NetworkRun& run, const LifespanResult& result);
  void failed(const NetworkRun& run);
  void interrupted(const NetworkRun& run);
  void put_back(const NetworkRun& run);
  void elsewhere(const CampaignNetwork& network, const std::string& holder);
  void done_elsewhere(const CampaignNetwork& network, bool failed);

  const CampaignStart& start() const { return start_; }
  const std::map<int, RunningNetwork>& running() const { return running_; }  ///< by worker
  /// Networks that other processes train, as far as this one has met them: who, by ID.
  const std::map<std::string, std::string>& others() const { return others_; }
  std::size_t finished_now() const { return finished_; }
  double seconds() const;
  /// Networks per hour of this run; 0 before the first.
  double networks_per_hour() const;
  /// Seconds to the end, from the share of the estimated work that is done; empty while too little is.
  std::optional<double> seconds_left() const;
  /// "12 of 40 networks, 1 diverged, 0 failed, 3.4 networks/h, 2 h 10 min left".
  std::string summary() const;

 private:
  double work_done() const;

  CampaignStart start_;
  std::chrono::steady_clock::time_point begin_;
  std::map<int, RunningNetwork> running_;
  std::map<std::string, std::string> others_;
  std::size_t elsewhere_ = 0;
  std::size_t finished_ = 0, diverged_ = 0, failed_ = 0;
  double finished_work_ = 0;
};

/// "ID epoch 3.5/40 trainLoss 1.2345 valLoss 1.2345 valAcc 12.3 %".
std::string running_text(const RunningNetwork& network);
/// "ID finished in 3 min 05 s: valAcc 88.1 %, best 88.4 %".
std::string finished_text(const NetworkRun& run, const LifespanResult& result);

}  // namespace mayfly::cli
