// Initial parameters: the draws, and where each backend puts them.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "kernels/initial_parameters.h"
#include "tests/reference/exact.h"
#include "tests/support/backend_test.h"

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

class InitialiseTest : public BackendTest {
 protected:
  /// The parameters as imported ones lie on the device, the layout's padding too.
  void expect_like_imported(const Conv2dShape& shape, std::uint32_t seed, std::uint32_t layer) {
    const exact::Floats drawn = exact::initial_parameters(shape, seed, layer);
    const auto biases = drawn.begin() + static_cast<std::ptrdiff_t>(shape.weight_count());
    for (const auto& backend : backends_) {
      SCOPED_TRACE(testing::Message() << describe(shape) << ", seed " << seed << ", layer " << layer);
      const auto conv = backend->make_conv2d(shape);
      DeviceArray expected = DeviceArray::poisoned(*backend, conv->weight_floats());
      conv->import_weights({drawn.begin(), biases}, expected.floats());
      DeviceArray weights = DeviceArray::poisoned(*backend, conv->weight_floats());
      DeviceArray bias = DeviceArray::poisoned(*backend, static_cast<std::size_t>(shape.out_channels));
      conv->initialise(seed, layer, weights.floats(), bias.floats());
      EXPECT_EQ(bit_differences(expected.read(), weights.read()), "") << "weights";
      EXPECT_EQ(bit_differences({biases, drawn.end()}, bias.read()), "") << "biases";
    }
  }
};

TEST_F(InitialiseTest, RandomShapesGiveTheExactBits) {
  CaseRandom random(1);
  for (int i = 0; i < cases(200) && !HasFailure(); ++i)
    expect_like_imported(random_conv2d(random, 50'000), static_cast<std::uint32_t>(i) * 0x9E3779B9U,
                         static_cast<std::uint32_t>(random.between(0, 9)));
}

TEST_F(InitialiseTest, CornersGiveTheExactBits) {
  const Conv2dShape corners[] = {
      {1, 1, 1, 1, 1, 1, 1, 0, 1, 1},        // one weight, one bias
      {1, 3, 4, 4, 1, 1, 1, 0, 4, 4, true},  // a whole Philox block
      {1, 3, 4, 4, 8, 3, 1, 0, 2, 2, true},  // the image's channels are not padded
      {1, 64, 2, 2, 64, 2, 1, 0, 1, 1},      // no padding, many blocks
      {1, 1030, 1, 1, 131, 1, 1, 0, 1, 1},   // a Linear layer whose channels are padded
      {1, 5, 4, 4, 10, 4, 1, 0, 1, 1},       // kernel = map
  };
  for (const Conv2dShape& shape : corners) expect_like_imported(shape, 0xFFFFFFFF, 3);
}

}  // namespace
}  // namespace mayfly
