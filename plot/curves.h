// Tables as series of numbers: the first step of every picture.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "recorder/table.h"

namespace mayfly {

using Series = std::vector<double>;

/// The learning curve of one table, a value per row. A loss that is nan or inf becomes NaN: a gap.
struct Curve {
  std::string name;     ///< the table's ID
  std::string dataset;  ///< as the table says it
  int classes = 0;
  Series epochs;
  Series train_loss;
  Series val_loss;
  Series val_acc;        ///< percent
  std::size_t gaps = 0;  ///< rows with a loss that is no finite number

  double final_accuracy() const { return val_acc.back(); }
  double chance_level() const { return classes > 0 ? 100.0 / classes : 0.0; }  ///< percent
};

/// UsageError where the table has no rows.
Curve curve_of(const Table& table);

/// UsageError where there is no table, or one has no rows.
std::vector<Curve> curves_of(const std::vector<Table>& tables);

/// Some of the curves; they belong to the caller.
using CurveSet = std::vector<const Curve*>;

CurveSet all_of(const std::vector<Curve>& curves);

/// The curves by data set, in the order of the data sets' names.
std::vector<CurveSet> by_dataset(const std::vector<Curve>& curves);

/// Best final accuracy first; equal ones stay in their order.
CurveSet by_final_accuracy(CurveSet curves);

/// Quantile q in [0, 1] of finite values, linear between neighbours (rank q * (n - 1)); NaN where there is
/// none.
double quantile(Series values, double q);

/// How the values of many curves lie at each epoch that any of them has. Gaps do not count; where only gaps
/// are, the quantiles are NaN.
struct Quantiles {
  Series epochs;
  Series p5, p25, p50, p75, p95;
};

/// `series` is one of Curve's, such as &Curve::val_loss.
Quantiles quantiles_by_epoch(const CurveSet& curves, Series Curve::*series);

}  // namespace mayfly
