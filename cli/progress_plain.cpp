#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>

#include "cli/progress.h"
#include "cli/tally.h"
#include "cli/text.h"

namespace mayfly::cli {
namespace {

constexpr std::chrono::seconds kLongestSilence{60};

class PlainProgress final : public CampaignObserver {
 public:
  PlainProgress() : heartbeat_([this](const std::stop_token& stop) { beat(stop); }) {}

  void campaign_started(const CampaignStart& start) override {
    const std::lock_guard lock(mutex_);
    tally_.campaign_started(start);
    if (start.missing == 0) return say(counted(start.networks, "network") + ", all complete");
    say(fmt::format("{}: {} complete, {} to train on {}, about {} of one core",
                    counted(start.networks, "network"), start.complete, start.missing,
                    counted(start.workers, "worker"), duration_text(start.estimated_seconds)));
  }
  void started(const NetworkRun& run) override {
    const std::lock_guard lock(mutex_);
    tally_.started(run);
  }
  void half_epoch(const NetworkRun& run, const HalfEpoch& half) override {
    const std::lock_guard lock(mutex_);
    tally_.half_epoch(run, half);
  }
  void finished(const NetworkRun& run, const LifespanResult& result) override {
    const std::lock_guard lock(mutex_);
    tally_.finished(run, result);
    say(finished_text(run, result) + "; " + tally_.summary());
  }
  void failed(const NetworkRun& run, const std::string& reason) override {
    const std::lock_guard lock(mutex_);
    tally_.failed(run);
    say(fmt::format("{} failed: {}; {}", run.network.spec.id, reason, tally_.summary()));
  }
  void put_back(const NetworkRun& run, const std::string& reason) override {
    const std::lock_guard lock(mutex_);
    tally_.put_back(run);
    say(fmt::format("{} put back, to be tried again alone: {}", run.network.spec.id, reason));
  }
  void elsewhere(const CampaignNetwork& network, const std::string& holder) override {
    const std::lock_guard lock(mutex_);
    tally_.elsewhere(network, holder);
  }
  void done_elsewhere(const CampaignNetwork& network, bool failed) override {
    const std::lock_guard lock(mutex_);
    tally_.done_elsewhere(network, failed);
  }
  void interrupted(const NetworkRun& run) override {
    const std::lock_guard lock(mutex_);
    tally_.interrupted(run);
    say(fmt::format("{} interrupted", run.network.spec.id));
  }
  void warned(const std::string& text) override {
    const std::lock_guard lock(mutex_);
    say("warning: " + text);
  }

 private:
  /// Says where things stand whenever nothing was said for a while.
  void beat(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; }) &&
           !stop.stop_requested()) {
      if (std::chrono::steady_clock::now() - last_ < kLongestSilence) continue;
      for (const auto& [worker, network] : tally_.running()) say(running_text(network));
      for (const auto& [id, holder] : tally_.others()) say(fmt::format("{} is with {}", id, holder));
      say(tally_.summary());
    }
  }

  void say(const std::string& line) {
    std::fputs((line + "\n").c_str(), stderr);  // a closed stderr must not end a campaign
    last_ = std::chrono::steady_clock::now();
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  Tally tally_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  std::jthread heartbeat_;  // last: ends before what it uses
};

}  // namespace

std::unique_ptr<CampaignObserver> make_plain_progress() {
  return std::make_unique<PlainProgress>();
}

}  // namespace mayfly::cli
