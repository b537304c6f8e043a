#include "plot/curves.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/error.h"

namespace mayfly {
namespace {

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

double finite_or_gap(double value) {
  return std::isfinite(value) ? value : kGap;
}

}  // namespace

Curve curve_of(const Table& table) {
  if (table.points.empty())
    throw UsageError("table " + table.spec.id + " has no rows: there is no curve to draw");
  Curve curve{.name = table.spec.id, .dataset = table.spec.dataset, .classes = table.spec.classes};
  for (const Point& point : table.points) {
    curve.epochs.push_back(point.epoch);
    curve.train_loss.push_back(finite_or_gap(point.train_loss));
    curve.val_loss.push_back(finite_or_gap(point.val_loss));
    curve.val_acc.push_back(point.val_acc);
    if (!std::isfinite(point.train_loss) || !std::isfinite(point.val_loss)) ++curve.gaps;
  }
  return curve;
}

std::vector<Curve> curves_of(const std::vector<Table>& tables) {
  if (tables.empty()) throw UsageError("no tables: there is nothing to draw");
  std::vector<Curve> curves;
  curves.reserve(tables.size());
  for (const Table& table : tables) curves.push_back(curve_of(table));
  return curves;
}

CurveSet all_of(const std::vector<Curve>& curves) {
  CurveSet set;
  for (const Curve& curve : curves) set.push_back(&curve);
  return set;
}

std::vector<CurveSet> by_dataset(const std::vector<Curve>& curves) {
  std::map<std::string, CurveSet> groups;
  for (const Curve& curve : curves) groups[curve.dataset].push_back(&curve);
  std::vector<CurveSet> sets;
  for (auto& [dataset, set] : groups) sets.push_back(std::move(set));
  return sets;
}

CurveSet by_final_accuracy(CurveSet curves) {
  std::stable_sort(curves.begin(), curves.end(),
                   [](const Curve* a, const Curve* b) { return a->final_accuracy() > b->final_accuracy(); });
  return curves;
}

double quantile(Series values, double q) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) return kGap;
  std::sort(values.begin(), values.end());
  const double rank = q * static_cast<double>(values.size() - 1);
  const std::size_t below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  return std::lerp(values[below], values[above], rank - static_cast<double>(below));
}

Quantiles quantiles_by_epoch(const CurveSet& curves, Series Curve::*series) {
  std::map<double, Series> by_epoch;
  for (const Curve* curve : curves)
    for (std::size_t i = 0; i < curve->epochs.size(); ++i)
      by_epoch[curve->epochs[i]].push_back((curve->*series)[i]);
  Quantiles result;
  for (const auto& [epoch, values] : by_epoch) {
    result.epochs.push_back(epoch);
    result.p5.push_back(quantile(values, 0.05));
    result.p25.push_back(quantile(values, 0.25));
    result.p50.push_back(quantile(values, 0.50));
    result.p75.push_back(quantile(values, 0.75));
    result.p95.push_back(quantile(values, 0.95));
  }
  return result;
}

}  // namespace mayfly
