// The exact operations on inputs small enough to do by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/reference/exact.h"
#include "tests/support/device_array.h"

namespace mayfly {
namespace {

using exact::Floats;

constexpr float kInf = std::numeric_limits<float>::infinity();
const float kNan = std::nanf("");

TEST(ExactTest, ChunksAreCutAfter512Terms) {
  // 2^24 + 1 is no binary32 value: a single chain loses every 1; the second chunk keeps its own.
  const Conv2dShape shape{1, 1, 32, 32, 1, 32, 1, 0, 1, 1};
  Floats x(1024, 1.0F);
  x[0] = 0x1p24F;
  EXPECT_EQ(exact::conv2d(shape, x, Floats(1024, 1.0F)), Floats{0x1p24F + 512});
}

TEST(ExactTest, ChunksAreWholeTapsWhereATapFits) {
  // K = 300: L = 300, so the second tap is a chunk of its own.
  const Conv2dShape shape{1, 300, 2, 2, 1, 2, 1, 0, 1, 1};
  Floats x(1200, 1.0F);
  x[0] = 0x1p24F;
  EXPECT_EQ(exact::conv2d(shape, x, Floats(1200, 1.0F)), Floats{0x1p24F + 900});
}

TEST(ExactTest, TermsInThePaddingAreSkippedNotZero) {
  const Conv2dShape shape{1, 1, 1, 1, 1, 3, 1, 1, 1, 1};
  Floats w(9, kInf);
  w[4] = 2;
  EXPECT_EQ(exact::conv2d(shape, {3}, w), Floats{6});
  EXPECT_EQ(exact::conv2d_weight_gradient(shape, {3}, {kInf})[0], 0);
}

TEST(ExactTest, ThePaddingOfTheImageCountsInTheWeightGradient) {
  const Conv2dShape shape{1, 1, 1, 1, 1, 3, 1, 1, 1, 1, true};
  EXPECT_TRUE(std::isnan(exact::conv2d_weight_gradient(shape, {3}, {kInf})[0]));
}

TEST(ExactTest, AnElementWithoutTermsIsPositiveZero) {
  const Conv2dShape shape{1, 1, 3, 3, 1, 1, 2, 0, 2, 2};
  const Floats dx = exact::conv2d_data_gradient(shape, {-1, -1, -1, -1}, {1});
  EXPECT_EQ(bit_differences({-1, 0, -1, 0, 0, 0, -1, 0, -1}, dx), "");
}

TEST(ExactTest, ReluPassesNanAndNoNegativeZero) {
  EXPECT_EQ(bit_differences({1, 0, 0, kNan}, exact::relu({1, -1, -0.0F, kNan})), "");
  EXPECT_EQ(bit_differences({5, 0, 0, 5}, exact::relu_gradient({1, -1, 0, kNan}, {5, 5, 5, 5})), "");
}

TEST(ExactTest, DroppedIsZeroBySelection) {
  EXPECT_EQ(bit_differences({0, 4}, exact::dropout({false, true}, 2, {kNan, 2})), "");
}

TEST(ExactTest, PoolingTakesTheFirstMaximumOrTheLastNan) {
  const Pool2dShape shape{1, 1, 2, 2, 2, 1, 0, 1, 1};
  EXPECT_EQ(exact::max_pool2d(shape, {1, 7, 7, 0}).winners[0], 1);
  EXPECT_EQ(exact::max_pool2d(shape, {kNan, 7, kNan, 9}).winners[0], 2);
  EXPECT_EQ(exact::max_pool2d(shape, Floats(4, -kInf)).winners[0], 0);
  EXPECT_EQ(exact::max_pool2d_gradient(shape, {kNan, 7, kNan, 9}, {3}), (Floats{0, 0, 3, 0}));
}

TEST(ExactTest, PoolingAddsDownColumnsFirst) {
  // All four windows are won by the middle. The columns' sums are exact: (1 - 2^24) + (2^24 - 2^24). Row by
  // row the first sum, 1 + 2^24, would lose the 1.
  const Pool2dShape shape{1, 1, 3, 3, 2, 1, 0, 2, 2};
  const Floats y{0, 0, 0, 0, 1, 0, 0, 0, 0};
  const Floats dy = exact::max_pool2d_gradient(shape, y, {1, 0x1p24F, -0x1p24F, -0x1p24F});
  EXPECT_EQ(dy[4], -0x1p24F + 1);
}

TEST(ExactTest, SoftmaxOfEqualLogits) {
  const exact::Loss loss = exact::softmax_cross_entropy(2, 2, {0, 0, kNan, 3}, {1, 0});
  EXPECT_EQ(loss.predictions, (std::vector<int>{0, 0}));
  EXPECT_EQ(loss.correct, 1U);
  EXPECT_NEAR(loss.image_losses[0], std::log(2.0), 1e-7);
  EXPECT_EQ(loss.gradient[0], 0.25F);
  EXPECT_EQ(loss.gradient[1], -0.25F);
  EXPECT_TRUE(std::isnan(loss.batch_loss));
}

TEST(ExactTest, SgdIgnoresDampeningAtTheFirstUpdate) {
  Floats weights{1}, momentum{100};
  exact::sgd({.learning_rate = 0.5, .momentum = 0.5, .dampening = 0.5}, true, {1}, weights, momentum);
  EXPECT_EQ(weights, Floats{0.5F});
  EXPECT_EQ(momentum, Floats{1});
  exact::sgd({.learning_rate = 0.5, .momentum = 0.5, .dampening = 0.5}, false, {1}, weights, momentum);
  EXPECT_EQ(momentum, Floats{1});
  EXPECT_EQ(weights, Floats{0});
}

TEST(ExactTest, PixelTables) {
  EXPECT_EQ(exact::pixel_table_none(1)[255], 1.0F);
  EXPECT_EQ(exact::pixel_table_half(2)[256], -1.0F);
  const std::uint8_t pixels[] = {0, 10, 255, 20};  // two images of two channels, one pixel each
  const Floats table = exact::pixel_table_dataset(pixels, {2, 1, 1});
  EXPECT_EQ(table[0], -1.0F);
  EXPECT_EQ(table[255], 1.0F);
  EXPECT_NEAR(table[256 + 15], 0, 1e-6);
}

}  // namespace
}  // namespace mayfly
