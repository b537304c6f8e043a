#include "trainer/replay.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "core/random.h"
#include "trainer/conventions.h"
#include "trainer/self_check.h"

namespace mayfly {
namespace {

/// The columns that are compared.
constexpr double Point::*kColumns[] = {&Point::train_loss, &Point::val_loss, &Point::val_acc};

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

bool same_number(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

ReplayRow compare(const Point& table, const Point& replayed) {
  ReplayRow row{.table = table, .replay = replayed, .difference = {.epoch = table.epoch}, .equal = true};
  for (const auto column : kColumns) {
    if (same_number(table.*column, replayed.*column)) continue;
    row.equal = false;
    row.difference.*column = replayed.*column - table.*column;
  }
  return row;
}

/// Over the courses that have come as far as row `row`.
PointRange range_of(const std::vector<ReplayCourse>& courses, std::size_t row, double epoch) {
  const Point none{.epoch = epoch, .train_loss = kNan, .val_loss = kNan, .val_acc = kNan};
  PointRange range{.lowest = none, .highest = none};
  for (const ReplayCourse& course : courses) {
    if (row >= course.points.size()) continue;
    for (const auto column : kColumns) {
      const double value = course.points[row].*column;
      if (!std::isfinite(value)) continue;
      range.lowest.*column = std::fmin(range.lowest.*column, value);  // fmin and fmax leave a NaN out
      range.highest.*column = std::fmax(range.highest.*column, value);
    }
  }
  return range;
}

/// The larger of two absolute differences; NaN is the largest.
double larger(double a, double b) {
  return std::isnan(a) || a > b ? a : b;
}

void compare_rows(const Table& table, ReplayResult& result) {
  const std::vector<Point>& replayed = result.courses.front().points;
  for (std::size_t i = 0; i < std::min(table.points.size(), replayed.size()); ++i) {
    ReplayRow row = compare(table.points[i], replayed[i]);
    row.range = range_of(result.courses, i, table.points[i].epoch);
    for (const auto column : kColumns)
      result.largest.*column = larger(std::abs(row.difference.*column), result.largest.*column);
    if (!row.equal && result.largest.epoch == 0) result.largest.epoch = row.table.epoch;
    result.rows.push_back(row);
  }
  result.equal = !result.interrupted && std::all_of(result.rows.begin(), result.rows.end(),
                                                    [](const ReplayRow& row) { return row.equal; });
}

bool has_recorded_images(const RunConventions& recorded, const Dataset& dataset) {
  if (recorded.images_hash && dataset.images && *recorded.images_hash != dataset.images->hash) return false;
  if (recorded.train_images == 0 && recorded.validation_images == 0) return dataset.official_counts;
  return recorded.train_images == static_cast<std::int64_t>(dataset.train.count()) &&
         recorded.validation_images == static_cast<std::int64_t>(dataset.validation.count());
}

}  // namespace

std::uint32_t replay_seed(std::uint32_t random_seed, std::uint32_t k) {
  return k == 0 ? random_seed : network_seed(random_seed, k);
}

ReplayResult replay(const Table& table, const Dataset& dataset, const ReplayConventions& conventions,
                    const ReplayPlan& plan, const ReplayCallback& callback, const StopCheck& stop) {
  const LifespanOptions options = lifespan_options(conventions.values);
  const std::shared_ptr<Device> device = open_device(plan.device, options.arithmetic);
  ReplayResult result{.same_images = has_recorded_images(conventions.values, dataset)};
  for (std::uint32_t k = 0; k < std::max(plan.seeds, 1U) && !result.interrupted; ++k) {
    if (k == 0) self_check(*device->make_backend(plan.threads), options.arithmetic);
    const std::unique_ptr<Backend> backend = device->make_backend(plan.threads);
    NetworkSpec spec = table.spec;
    spec.random_seed = replay_seed(table.spec.random_seed, k);
    const auto tell = [&](const HalfEpoch& half) {
      if (callback) callback(k, half);
    };
    LifespanResult life = live(*backend, spec, dataset, options, tell, stop);
    result.interrupted = life.interrupted;
    result.courses.push_back({.random_seed = spec.random_seed,
                              .points = std::move(life.points),
                              .diverged_since = life.diverged_since,
                              .train_gpu = backend->is_cuda()});
  }
  compare_rows(table, result);
  return result;
}

}  // namespace mayfly
