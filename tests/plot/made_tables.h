// Tables made for pictures: a learning curve whose values are known.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "recorder/table.h"

namespace mayfly {

inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Rows 0.5, 1.0, ...: losses fall from ln(classes), accuracy rises to `final_accuracy`.
inline Table made_table(const std::string& id, double final_accuracy, int rows = 8,
                        const std::string& dataset = "FashionMNIST", int classes = 10) {
  Table table;
  table.spec.id = id;
  table.spec.dataset = dataset;
  table.spec.classes = classes;
  for (int row = 1; row <= rows; ++row) {
    const double share = static_cast<double>(row) / rows;
    const double loss = std::log(classes) * (1 - 0.8 * share * final_accuracy / 100);
    table.points.push_back({0.5 * row, loss, loss + 0.1 * share, share * final_accuracy});
  }
  return table;
}

/// Tables "n000", "n001", ... with final accuracies 50.0, 50.1, ...
inline std::vector<Table> made_tables(int count, const std::string& dataset = "FashionMNIST",
                                      int classes = 10) {
  std::vector<Table> tables;
  for (int i = 0; i < count; ++i)
    tables.push_back(made_table(fmt::format("n{:03}", i), 50 + 0.1 * i, 8, dataset, classes));
  return tables;
}

}  // namespace mayfly
