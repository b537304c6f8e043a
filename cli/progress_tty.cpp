#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "cli/progress.h"
#include "cli/tally.h"

namespace mayfly::cli {
namespace {

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  return 80;
}

class TtyProgress final : public CampaignObserver {
 public:
  ~TtyProgress() override { redraw({}); }
  void campaign_started(const CampaignStart& start) override { tally_.campaign_started(start); }
  void started(const NetworkRun& run) override {
    tally_.started(run);
    refresh(false);
  }
  void half_epoch(const NetworkRun& run, const HalfEpoch& half) override {
    tally_.half_epoch(run, half);
    refresh(false);
  }
  void finished(const NetworkRun& run, const LifespanResult& result) override {
    tally_.finished(run, result);
    above(finished_text(run, result));
  }
  void failed(const NetworkRun& run, const std::string& reason) override {
    tally_.failed(run);
    above(fmt::format("{} failed: {}", run.network.spec.id, reason));
  }
  void put_back(const NetworkRun& run, const std::string& reason) override {
    tally_.put_back(run);
    above(fmt::format("{} put back, to be tried again alone: {}", run.network.spec.id, reason));
  }
  void elsewhere(const CampaignNetwork& network, const std::string& holder) override {
    tally_.elsewhere(network, holder);
    refresh(false);
  }
  void done_elsewhere(const CampaignNetwork& network, bool failed) override {
    tally_.done_elsewhere(network, failed);
    refresh(false);
  }
  void interrupted(const NetworkRun& run) override { tally_.interrupted(run); }
  void warned(const std::string& text) override { above("warning: " + text); }

 private:
  /// A line that stays, above those that are redrawn.
  void above(const std::string& line) {
    redraw({});
    std::fputs((line + "\n").c_str(), stderr);
    refresh(true);
  }

  void refresh(bool now) {
    const auto time = std::chrono::steady_clock::now();
    if (!now && time - last_ < std::chrono::milliseconds(200)) return;
    last_ = time;
    std::vector<std::string> lines = {tally_.summary()};
    for (const auto& [worker, network] : tally_.running()) lines.push_back("  " + running_text(network));
    redraw(lines);
  }

  /// Replaces the lines drawn last; each is cut to the terminal's width.
  void redraw(const std::vector<std::string>& lines) {
    std::string out = drawn_ == 0 ? "" : fmt::format("\x1b[{}A\r\x1b[J", drawn_);
    const std::size_t width = terminal_width();
    for (const std::string& line : lines) out += line.substr(0, width - 1) + "\n";
    drawn_ = lines.size();
    std::fputs(out.c_str(), stderr);  // a closed stderr must not end a campaign
    std::fflush(stderr);
  }

  Tally tally_;
  std::size_t drawn_ = 0;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace

std::unique_ptr<CampaignObserver> make_tty_progress() {
  return std::make_unique<TtyProgress>();
}

}  // namespace mayfly::cli
