#include "plot/curves.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/error.h"
#include "tests/plot/made_tables.h"

namespace mayfly {
namespace {

using testing::HasSubstr;

TEST(Curves, EveryRowBecomesAValue) {
  const Table table = made_table("n", 80, 4);
  const Curve curve = curve_of(table);
  EXPECT_EQ(curve.epochs, (Series{0.5, 1, 1.5, 2}));
  EXPECT_EQ(curve.val_acc, (Series{20, 40, 60, 80}));
  EXPECT_EQ(curve.train_loss[3], table.points[3].train_loss);
  EXPECT_EQ(curve.gaps, 0U);
  EXPECT_EQ(curve.final_accuracy(), 80);
  EXPECT_EQ(curve.chance_level(), 10);
}

TEST(Curves, LossesThatAreNoNumbersBecomeGapsAndAreCounted) {
  Table table = made_table("n", 80, 4);
  table.points[1].train_loss = kInfinity;
  table.points[2].train_loss = kNan;
  table.points[2].val_loss = -kInfinity;
  const Curve curve = curve_of(table);
  EXPECT_TRUE(std::isnan(curve.train_loss[1]));
  EXPECT_TRUE(std::isnan(curve.val_loss[2]));
  EXPECT_FALSE(std::isnan(curve.val_loss[1]));
  EXPECT_EQ(curve.gaps, 2U);
}

TEST(Curves, NothingToDrawIsAClearError) {
  try {
    curves_of({});
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no tables"));
  }
  try {
    curves_of({made_table("empty_one", 50, 0)});
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), HasSubstr("empty_one has no rows"));
  }
}

/// The value below which a share q of the sorted values lies, by walking the line between neighbours.
double brute_force_quantile(Series values, double q) {
  std::sort(values.begin(), values.end());
  const double n = static_cast<double>(values.size());
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    const double from = static_cast<double>(i) / (n - 1);
    const double to = static_cast<double>(i + 1) / (n - 1);
    if (q <= to) return values[i] + (values[i + 1] - values[i]) * (q - from) / (to - from);
  }
  return values.back();
}

TEST(Curves, QuantilesAgreeWithBruteForce) {
  std::uint32_t state = 1;
  for (std::size_t n = 1; n <= 60; ++n) {
    Series values;
    for (std::size_t i = 0; i < n; ++i) values.push_back((state = state * 1664525U + 1013904223U) * 0x1p-32);
    for (const double q : {0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0})
      EXPECT_NEAR(quantile(values, q), brute_force_quantile(values, q), 1e-12) << n << " " << q;
  }
}

TEST(Curves, QuantilesLeaveGapsOut) {
  EXPECT_EQ(quantile({kNan, 3, 1, kNan, 2}, 0.5), 2);
  EXPECT_EQ(quantile({1, 2, 3, 4}, 0.5), 2.5);
  EXPECT_TRUE(std::isnan(quantile({kNan}, 0.5)));
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
}

TEST(Curves, QuantilesByEpochCountTheNetworksThatGotSoFar) {
  const std::vector<Curve> curves =
      curves_of({made_table("a", 40, 2), made_table("b", 80, 4), made_table("c", 60, 4)});
  const Quantiles q = quantiles_by_epoch(all_of(curves), &Curve::val_acc);
  EXPECT_EQ(q.epochs, (Series{0.5, 1, 1.5, 2}));
  EXPECT_EQ(q.p50, (Series{20, 40, (45.0 + 60.0) / 2, 70}));
  EXPECT_DOUBLE_EQ(q.p95[3], 60 + 0.95 * 20);
}

TEST(Curves, RankedByFinalAccuracyAndGroupedByDataSet) {
  const std::vector<Curve> curves = curves_of({made_table("low", 20), made_table("high", 90, 8, "SVHN"),
                                               made_table("first", 50), made_table("second", 50)});
  std::vector<std::string> names;
  for (const Curve* curve : by_final_accuracy(all_of(curves))) names.push_back(curve->name);
  EXPECT_EQ(names, (std::vector<std::string>{"high", "first", "second", "low"}));
  const std::vector<CurveSet> sets = by_dataset(curves);
  ASSERT_EQ(sets.size(), 2U);
  EXPECT_EQ(sets[0].size(), 3U);
  EXPECT_EQ(sets[1].front()->name, "high");
}

}  // namespace
}  // namespace mayfly
