#include "nn/init.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/random.h"

namespace mayfly {
namespace {

TEST(Init, AddressesDrawsByLogicalIndexBiasesAfterWeights) {
  const Conv2dShape shape{.in_channels = 3, .out_channels = 5, .kernel_size = 2};
  std::vector<float> weights(60), biases(5);
  draw_parameters(shape, 42, 6, weights, biases);
  const auto bound = static_cast<float>(1.0 / std::sqrt(12.0));
  const auto expected = [&](std::uint32_t index) {
    return (2.0F * unit_float(draw(42, Stream::init, {.layer = 6}, index)) - 1.0F) * bound;
  };
  for (std::uint32_t i = 0; i < 60; ++i) ASSERT_EQ(weights[i], expected(i)) << i;
  for (std::uint32_t i = 0; i < 5; ++i) ASSERT_EQ(biases[i], expected(60 + i)) << i;
}

TEST(Init, IsUniformWithinTheBound) {
  const Conv2dShape shape{.in_channels = 100, .out_channels = 400, .kernel_size = 1};
  std::vector<float> weights(40000), biases(400);
  draw_parameters(shape, 1, 0, weights, biases);
  double sum = 0, squares = 0;
  for (const float w : weights) {
    ASSERT_LE(std::abs(w), 0.1F);
    sum += w;
    squares += double{w} * w;
  }
  EXPECT_NEAR(sum / 40000, 0, 4 * 0.1 / std::sqrt(3.0 * 40000));  // four standard errors
  EXPECT_NEAR(squares / 40000, 0.01 / 3,
              4 * 0.01 * std::sqrt(4.0 / 45 / 40000));  // of the variance of a square
}

}  // namespace
}  // namespace mayfly
