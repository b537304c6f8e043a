#include "plot/axis.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mayfly {
namespace {

std::vector<std::string> labels(const Axis& axis) {
  std::vector<std::string> texts;
  for (const Tick& tick : axis.ticks) texts.push_back(tick.label);
  return texts;
}

Axis loss_axis_of(std::initializer_list<double> values) {
  ValueRange range;
  for (const double value : values) range.add(value);
  return loss_axis(range, 6);
}

using Texts = std::vector<std::string>;

TEST(Axis, EpochsTickAtRoundNumbersNoCloserThanHalfAnEpoch) {
  EXPECT_EQ(labels(epoch_axis(40, 9)), (Texts{"0", "5", "10", "15", "20", "25", "30", "35", "40"}));
  EXPECT_EQ(labels(epoch_axis(1.5, 9)), (Texts{"0.0", "0.5", "1.0", "1.5"}));
  EXPECT_EQ(labels(epoch_axis(0.5, 9)), (Texts{"0.0", "0.5"}));
}

TEST(Axis, PercentStartsAtZeroAndEndsAtARoundNumberUpTo100) {
  EXPECT_EQ(labels(percent_axis(28.8, 6)), (Texts{"0", "10", "20", "30"}));
  EXPECT_EQ(percent_axis(93, 6).high, 100);
  EXPECT_EQ(percent_axis(100, 6).high, 100);
  EXPECT_EQ(percent_axis(0, 6).low, 0);
}

TEST(Axis, LossIsLinearUpToTwentyfoldAndLogarithmicBeyond) {
  EXPECT_FALSE(loss_axis_of({0.2, 4.0}).logarithmic);
  EXPECT_TRUE(loss_axis_of({0.2, 4.01}).logarithmic);
  EXPECT_FALSE(loss_axis_of({-1, 50}).logarithmic) << "no logarithm of a negative loss";
}

TEST(Axis, LossHoldsItsDataAndTicksLieInside) {
  for (const double low : {1e-9, 0.001, 0.3, 2.3, 4.6})
    for (const double factor : {1.0, 1.001, 1.5, 19.0, 25.0, 1e4, 1e30}) {
      const Axis axis = loss_axis_of({low, low * factor});
      EXPECT_LE(axis.low, low * (1 + 1e-9));
      EXPECT_GE(axis.high, low * factor * (1 - 1e-9));
      EXPECT_GE(axis.ticks.size(), 2U) << low << " " << factor;
      EXPECT_LE(axis.ticks.size(), 8U) << low << " " << factor;
      for (const Tick& tick : axis.ticks) {
        EXPECT_GE(tick.value, axis.low * (1 - 1e-9));
        EXPECT_LE(tick.value, axis.high * (1 + 1e-9));
      }
    }
}

TEST(Axis, LogarithmicTicksAreOneTwoFive) {
  EXPECT_EQ(labels(loss_axis_of({0.2, 5})), (Texts{"0.2", "0.5", "1", "2", "5"}));
  EXPECT_EQ(labels(loss_axis_of({1, 1e10})), (Texts{"1", "100", "10000", "1e+06", "1e+08", "1e+10"}));
}

TEST(Axis, PositionRunsFromZeroToOneAndStaysThere) {
  const Axis axis = loss_axis_of({0.1, 10});
  EXPECT_DOUBLE_EQ(axis.position(0.1), 0);
  EXPECT_DOUBLE_EQ(axis.position(1), 0.5);
  EXPECT_DOUBLE_EQ(axis.position(10), 1);
  EXPECT_DOUBLE_EQ(axis.position(0), 0) << "a loss of 0 lies at the lower end";
  EXPECT_TRUE(std::isnan(axis.position(std::nan(""))));
}

TEST(Axis, NoValuesAndOneValueGiveAnAxisToo) {
  EXPECT_FALSE(loss_axis(ValueRange{}, 6).ticks.empty());
  const Axis zero = loss_axis_of({0});
  EXPECT_LT(zero.low, zero.high);
  const Axis huge = loss_axis_of({1e308, 1.7e308});
  EXPECT_TRUE(std::isfinite(huge.position(1.2e308)));
}

}  // namespace
}  // namespace mayfly
