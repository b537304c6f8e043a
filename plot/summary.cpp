#include "plot/summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "plot/printable_text.h"

namespace mayfly {
namespace {

using Row = std::vector<std::string>;

Row row_of(const Summary& s) {
  const auto percent = [](double value) { return fmt::format("{:.2f}", value); };
  return {printable(s.dataset, 24),
          fmt::format("{}", s.networks),
          percent(s.best),
          percent(s.median),
          percent(s.worst),
          percent(s.chance),
          fmt::format("{}", s.above_chance),
          fmt::format("{}", s.with_gaps)};
}

}  // namespace

std::vector<Summary> summaries(const std::vector<Curve>& curves) {
  std::vector<Summary> result;
  for (const CurveSet& set : by_dataset(curves)) {
    Summary summary{
        .dataset = set.front()->dataset, .networks = set.size(), .chance = set.front()->chance_level()};
    Series accuracies;
    for (const Curve* curve : set) {
      accuracies.push_back(curve->final_accuracy());
      if (curve->gaps > 0) ++summary.with_gaps;
      if (curve->final_accuracy() >= 2 * curve->chance_level()) ++summary.above_chance;
    }
    summary.best = quantile(accuracies, 1);
    summary.median = quantile(accuracies, 0.5);
    summary.worst = quantile(accuracies, 0);
    result.push_back(summary);
  }
  return result;
}

std::string summary_text(const std::vector<Curve>& curves) {
  std::vector<Row> rows = {
      {"data set", "networks", "best %", "median %", "worst %", "chance %", "learned", "nan/inf"}};
  for (const Summary& summary : summaries(curves)) rows.push_back(row_of(summary));
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], character_count(row[i]));
  std::string text;
  for (const Row& row : rows) {
    text += padded_right(row[0], widths[0]);
    for (std::size_t i = 1; i < row.size(); ++i) text += "  " + padded_left(row[i], widths[i]);
    text += "\n";
  }
  return text + "Final validation accuracy. learned: at least twice the chance level.\n";
}

}  // namespace mayfly
