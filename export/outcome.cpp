#include "export/outcome.h"

#include <algorithm>
#include <cmath>

namespace mayfly {
namespace {

bool has_diverged(const Point& point) {
  return !std::isfinite(point.train_loss) || !std::isfinite(point.val_loss);
}

/// Sums over the journal's points of all rows; empty where one is not known.
std::optional<double> seconds_of(const KnownNetwork& network, double JournalPoint::*part) {
  double sum = 0;
  for (const Point& point : network.table.points) {
    const JournalPoint* journal = journal_point_of(network, point);
    if (journal == nullptr) return std::nullopt;
    sum += journal->*part;
  }
  return sum;
}

}  // namespace

Outcome outcome_of(const KnownNetwork& network) {
  const std::vector<Point>& points = network.table.points;
  const auto diverged = std::find_if(points.begin(), points.end(), has_diverged);
  const auto best = std::max_element(points.begin(), points.end(),
                                     [](const Point& a, const Point& b) { return a.val_acc < b.val_acc; });
  const Point& last = points.back();
  Outcome outcome{.status = diverged == points.end() ? "complete" : "diverged",
                  .rows = static_cast<std::int64_t>(points.size()),
                  .best_val_acc = best->val_acc,
                  .best_epochs = best->epoch,
                  .last_epochs = last.epoch,
                  .last_train_loss = last.train_loss,
                  .last_val_loss = last.val_loss,
                  .last_val_acc = last.val_acc,
                  .train_seconds = seconds_of(network, &JournalPoint::train_seconds),
                  .val_seconds = seconds_of(network, &JournalPoint::val_seconds)};
  if (diverged != points.end()) outcome.diverged_since = diverged->epoch;
  return outcome;
}

}  // namespace mayfly
