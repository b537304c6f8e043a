#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "cli/progress.h"
#include "cli/tally.h"
#include "cli/text.h"

namespace mayfly::cli {
namespace {

class PlainProgress final : public CampaignObserver {
 public:
  void campaign_started(const CampaignStart& start) override {
    tally_.campaign_started(start);
    say(fmt::format("{} networks: {} complete, {} to train on {} workers, about {} of one core",
                    start.networks, start.complete, start.missing, start.workers,
                    duration_text(start.estimated_seconds)));
  }
  void started(const NetworkRun& run) override { tally_.started(run); }
  void half_epoch(const NetworkRun& run, const HalfEpoch& half) override {
    tally_.half_epoch(run, half);
    if (std::chrono::steady_clock::now() - last_ < std::chrono::seconds(30)) return;
    say(running_text(tally_.running().at(run.worker)) + "; " + tally_.summary());
  }
  void finished(const NetworkRun& run, const LifespanResult& result) override {
    tally_.finished(run, result);
    say(finished_text(run, result) + "; " + tally_.summary());
  }
  void failed(const NetworkRun& run, const std::string& reason) override {
    tally_.failed(run);
    say(fmt::format("{} failed: {}; {}", run.network.spec.id, reason, tally_.summary()));
  }
  void interrupted(const NetworkRun& run) override {
    tally_.interrupted(run);
    say(fmt::format("{} interrupted", run.network.spec.id));
  }

 private:
  void say(const std::string& line) {
    fmt::print(stderr, "{}\n", line);
    last_ = std::chrono::steady_clock::now();
  }

  Tally tally_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace

std::unique_ptr<CampaignObserver> make_plain_progress() {
  return std::make_unique<PlainProgress>();
}

}  // namespace mayfly::cli
