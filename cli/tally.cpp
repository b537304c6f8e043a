#include "cli/tally.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/text.h"

namespace mayfly::cli {

using Clock = std::chrono::steady_clock;

void Tally::campaign_started(const CampaignStart& start) {
  start_ = start;
  begin_ = Clock::now();
}

void Tally::started(const NetworkRun& run) {
  others_.erase(run.network.spec.id);  // taken over
  running_[run.worker] = {.id = run.network.spec.id,
                          .index = run.network.index,
                          .half_epochs = run.half_epochs,
                          .estimated_seconds = run.network.estimated_seconds};
}

void Tally::half_epoch(const NetworkRun& run, const HalfEpoch& half) {
  RunningNetwork& network = running_[run.worker];
  network.half_epochs_done = static_cast<int>(std::lround(2 * half.point.epoch));
  network.last = half.point;
}

void Tally::finished(const NetworkRun& run, const LifespanResult& result) {
  ++finished_;
  if (result.diverged_since) ++diverged_;
  finished_work_ += run.network.estimated_seconds;
  running_.erase(run.worker);
}

void Tally::failed(const NetworkRun& run) {
  ++failed_;
  finished_work_ += run.network.estimated_seconds;
  running_.erase(run.worker);
}

void Tally::interrupted(const NetworkRun& run) {
  running_.erase(run.worker);
}

void Tally::put_back(const NetworkRun& run) {
  running_.erase(run.worker);
}

void Tally::elsewhere(const CampaignNetwork& network, const std::string& holder) {
  others_[network.spec.id] = holder;
}

void Tally::done_elsewhere(const CampaignNetwork& network, bool failed) {
  ++(failed ? failed_ : elsewhere_);
  finished_work_ += network.estimated_seconds;
  others_.erase(network.spec.id);
}

double Tally::seconds() const {
  return std::chrono::duration<double>(Clock::now() - begin_).count();
}

double Tally::networks_per_hour() const {
  return finished_ == 0 ? 0 : static_cast<double>(finished_) * 3600 / seconds();
}

double Tally::work_done() const {
  double work = finished_work_;
  for (const auto& [worker, network] : running_)
    work += network.estimated_seconds * network.half_epochs_done / std::max(1, network.half_epochs);
  return work;
}

std::optional<double> Tally::seconds_left() const {
  const double done = work_done();
  if (done <= 0 || done < 0.002 * start_.estimated_seconds) return std::nullopt;
  return std::max(0.0, start_.estimated_seconds - done) * seconds() / done;
}

std::string Tally::summary() const {
  const std::optional<double> left = seconds_left();
  const std::string others = others_.empty() ? "" : fmt::format(" {} with other processes,", others_.size());
  return fmt::format("{} of {} networks, {} diverged, {} failed,{} {}, {} left",
                     start_.complete + finished_ + elsewhere_, start_.networks, diverged_, failed_, others,
                     rate_text(networks_per_hour()), left ? duration_text(*left) : "unknown time");
}

std::string running_text(const RunningNetwork& network) {
  std::string text = fmt::format("{} epoch {:.1f}/{:g}", network.id, network.half_epochs_done * 0.5,
                                 network.half_epochs * 0.5);
  if (network.last)
    text += fmt::format(" trainLoss {:.4f} valLoss {:.4f} valAcc {:.2f} %", network.last->train_loss,
                        network.last->val_loss, network.last->val_acc);
  return text;
}

std::string finished_text(const NetworkRun& run, const LifespanResult& result) {
  const auto best = std::max_element(result.points.begin(), result.points.end(),
                                     [](const Point& a, const Point& b) { return a.val_acc < b.val_acc; });
  std::string text = fmt::format("{} finished in {}: valAcc {:.2f} %, best {:.2f} %", run.network.spec.id,
                                 duration_text(result.seconds), result.points.back().val_acc, best->val_acc);
  if (result.diverged_since) text += fmt::format(", diverged since epoch {:.1f}", *result.diverged_since);
  return text;
}

}  // namespace mayfly::cli
