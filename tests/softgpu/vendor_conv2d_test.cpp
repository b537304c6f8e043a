// The vendor engine in all three directions against double precision, on the software cuDNN and cuBLAS: it
// proves layouts, sizes, kept parts, pointers, streams and recording, nothing about NVIDIA's numbers.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "kernels/cuda/vendor/bias_activation.h"
#include "softgpu.h"
#include "tests/reference/exact.h"
#include "tests/reference/rounding_bounds.h"
#include "tests/support/device_array.h"
#include "vendor_case.h"
#include "vendor_soft.h"

namespace mayfly::cuda {
namespace {

namespace dp = double_precision;
using dp::Doubles;

constexpr int kShapes = 150;
constexpr std::int64_t kMaxMacs = 300'000;

Doubles doubles(const Floats& values) {
  return Doubles(values.begin(), values.end());
}

/// A Linear layer after a map, or a hidden one, or on the image.
Conv2dShape random_linear(CaseRandom& random) {
  const int rows = random.chance(0.5) ? 1 : random.between(2, 5);
  return {.batch = random.between(1, 9),
          .in_channels = random.between(1, 40),
          .height = rows,
          .width = rows,
          .out_channels = random.between(1, 40),
          .kernel_size = rows,
          .out_height = 1,
          .out_width = 1,
          .input_is_image = random.chance(0.2)};
}

class VendorConv2dTest : public testing::Test {
 protected:
  void expect_near(const VendorCase& c, bool recorded = false) {
    SCOPED_TRACE(describe(c.shape));
    const Doubles x = doubles(c.x), w = doubles(c.w), bias = doubles(c.bias), dy = doubles(c.dy);
    // Forward comes between the gradients: they share a workspace, and neither may live on the other's
    // copies.
    if (!c.shape.input_is_image) {
      EXPECT_EQ(beyond_bounds(dp::conv2d_data_gradient(c.shape, dy, w),
                              dp::data_gradient_bound(c.shape, dy, w), layers_.data_gradient(c, recorded)),
                "")
          << "data gradient";
    }
    EXPECT_EQ(beyond_bounds(dp::conv2d(c.shape, x, w, bias), dp::conv2d_bound(c.shape, x, w, bias),
                            layers_.forward(c, {}, recorded)),
              "")
        << "forward";
    EXPECT_EQ(beyond_bounds(dp::conv2d_weight_gradient(c.shape, x, dy),
                            dp::weight_gradient_bound(c.shape, x, dy), layers_.weight_gradient(c, recorded)),
              "")
        << "weight gradient";
  }

  VendorLayers layers_;
};

TEST_F(VendorConv2dTest, RandomConvolutionsAreNearDoublePrecision) {
  CaseRandom random(1);
  for (int i = 0; i < kShapes && !HasFailure(); ++i)
    expect_near(random_case(random, random_conv2d(random, kMaxMacs)));
}

TEST_F(VendorConv2dTest, LinearLayersAreNearDoublePrecision) {
  CaseRandom random(2);
  const std::uint64_t before = softgpu::vendor_counts().products;
  for (int i = 0; i < kShapes && !HasFailure(); ++i) expect_near(random_case(random, random_linear(random)));
  EXPECT_GE(softgpu::vendor_counts().products, before + 2 * kShapes);  // none went through cuDNN
}

TEST_F(VendorConv2dTest, CornersAreNearDoublePrecision) {
  const Conv2dShape corners[] = {
      {1, 1, 1, 1, 1, 1, 1, 0, 1, 1},        // one multiply-add
      {3, 2, 1, 1, 5, 1, 1, 4, 9, 9},        // padding larger than kernel: outputs without a term
      {3, 2, 1, 1, 5, 1, 1, 4, 2, 2},        // only those are kept
      {2, 3, 1, 1, 4, 11, 1, 5, 1, 1},       // kernel over the whole padded map
      {2, 3, 9, 9, 4, 2, 5, 1, 2, 2},        // stride beyond the kernel: inputs nothing reads
      {3, 5, 4, 4, 6, 3, 1, 0, 1, 2},        // kept smaller than the whole output
      {3, 3, 8, 8, 6, 3, 2, 2, 2, 3, true},  // the same on the image, which stays whole
      {3, 1, 8, 8, 6, 3, 2, 2, 2, 3, true},  // one channel: the image is its own planes
      {2, 4, 9, 1, 3, 1, 2, 0, 3, 1},        // a tall map
      {2, 40, 7, 6, 65, 3, 1, 1, 7, 6},      // more channels and positions than a tile
      {2, 8, 1, 1, 8, 1, 1, 1, 3, 3},        // one position, no padding channels: its own planes
  };
  CaseRandom random(3);
  for (const Conv2dShape& shape : corners) expect_near(random_case(random, shape));
}

TEST_F(VendorConv2dTest, ThePlanGetsEveryByteOfItsWorkspace) {
  CaseRandom random(8);
  // The software cuDNN asks for 1000 bytes and one a weight: 1025, one more than whole lines of 256.
  expect_near(random_case(random, {2, 5, 1, 1, 5, 1, 1, 1, 3, 3}));
}

TEST_F(VendorConv2dTest, ARecordedStepIsTheSame) {
  CaseRandom random(4);
  for (int i = 0; i < 20 && !HasFailure(); ++i) {
    expect_near(random_case(random, random_conv2d(random, kMaxMacs / 8)), true);
    expect_near(random_case(random, random_linear(random)), true);
  }
}

TEST_F(VendorConv2dTest, RunningAsksForNoMemoryAndWaitsForNothing) {
  CaseRandom random(5);
  const VendorCase c = random_case(random, random_conv2d(random, kMaxMacs));
  const auto conv = layers_.engine().make_conv2d(c.shape);
  const Buffer x = layers_.copy(to_device_order(input_map(c.shape), c.x)), bias = layers_.copy(c.bias);
  const Buffer w = layers_.poisoned(conv->weight_floats());
  const Buffer y = layers_.copy(to_device_order(output_map(c.shape), c.dy));
  softgpu::reset_counts();
  conv->forward(x.floats(), w.floats(), bias.floats(), {}, y.floats());
  conv->weight_gradient(x.floats(), y.floats(), w.floats());
  EXPECT_EQ(softgpu::counts().allocations, 0u);
  EXPECT_EQ(softgpu::counts().synchronisations, 0u);
  EXPECT_EQ(softgpu::counts().copies, 0u);
}

TEST_F(VendorConv2dTest, ForwardAppliesReluAndDropout) {
  CaseRandom random(6);
  for (int i = 0; i < 40 && !HasFailure(); ++i) {
    const Conv2dShape shape = i % 2 == 0 ? random_conv2d(random, kMaxMacs / 8) : random_linear(random);
    const VendorCase c = random_case(random, shape);
    const bool relu = random.chance(0.5), per_position = random.chance(0.5);
    MapShape mask_map = output_map(shape);
    if (!per_position) mask_map.positions = 1;
    Floats mask(static_cast<std::size_t>(mask_map.batch * mask_map.channels * mask_map.positions));
    for (float& factor : mask) factor = random.chance(0.5) ? 1.25F : 0.0F;
    Floats expected = layers_.forward(c);
    for (std::size_t at = 0; at < expected.size(); ++at) {
      const auto positions = static_cast<std::size_t>(shape.out_positions());
      const float factor = mask[per_position ? at : at / positions];
      if (relu && expected[at] <= 0) expected[at] = 0;
      expected[at] = factor == 0 ? 0 : expected[at] * factor;
    }
    const Buffer on_device = layers_.copy(to_device_order(mask_map, mask));
    EXPECT_EQ(bit_differences(expected, layers_.forward(c, {relu, on_device.floats(), per_position})), "")
        << describe(shape) << "; relu " << relu << ", mask per position " << per_position;
  }
}

TEST_F(VendorConv2dTest, ReluOfMinusZeroIsPlusZero) {
  const Buffer y = layers_.copy({-0.0F, -1, 1, -0.0F}), bias = layers_.copy({-0.0F, 0, 0, -0.0F});
  bias_activation(1, 4, bias.floats(), {.relu = true}, y.floats(), layers_.stream());
  Floats found(4);
  download(y.data(), found.data(), y.bytes(), layers_.stream());
  EXPECT_EQ(bit_differences({0, 0, 1, 0}, found), "");
}

TEST_F(VendorConv2dTest, WeightsComeBackAsTheyWent) {
  CaseRandom random(7);
  for (int i = 0; i < 40; ++i) {
    const Conv2dShape shape = i % 2 == 0 ? random_conv2d(random, kMaxMacs) : random_linear(random);
    const Floats logical = random_floats(random, static_cast<std::size_t>(shape.weight_count()), 0.1);
    const auto conv = layers_.engine().make_conv2d(shape);
    EXPECT_EQ(conv->weight_floats() % 64, 0u) << "what follows in the arena would not start on 256 bytes";
    const Buffer weights = layers_.poisoned(conv->weight_floats());
    conv->import_weights(logical, weights.floats());
    Floats back(logical.size());
    conv->export_weights(weights.floats(), back);
    EXPECT_EQ(bit_differences(logical, back), "") << describe(shape);
    EXPECT_THROW(conv->import_weights(Floats(logical.size() + 1), weights.floats()), std::logic_error);
  }
}

TEST_F(VendorConv2dTest, InitialParametersLieWhereImportedOnesDo) {
  CaseRandom random(9);
  for (int i = 0; i < 40 && !HasFailure(); ++i) {
    const Conv2dShape shape = i % 2 == 0 ? random_conv2d(random, kMaxMacs) : random_linear(random);
    const auto seed = static_cast<std::uint32_t>(i), layer = static_cast<std::uint32_t>(i % 5);
    const Floats drawn = exact::initial_parameters(shape, seed, layer);
    const auto biases = drawn.begin() + static_cast<std::ptrdiff_t>(shape.weight_count());
    const auto conv = layers_.engine().make_conv2d(shape);
    const Buffer weights = layers_.poisoned(conv->weight_floats()),
                 imported = layers_.poisoned(conv->weight_floats());
    const Buffer bias = layers_.poisoned(static_cast<std::size_t>(shape.out_channels));
    conv->initialise(seed, layer, weights.floats(), bias.floats());
    conv->import_weights({drawn.begin(), biases}, imported.floats());
    EXPECT_EQ(bit_differences(layers_.read(imported), layers_.read(weights)), "") << describe(shape);
    EXPECT_EQ(bit_differences({biases, drawn.end()}, layers_.read(bias)), "") << describe(shape);
  }
}

TEST_F(VendorConv2dTest, TheImageHasNoGradient) {
  const auto conv = layers_.engine().make_conv2d({2, 3, 8, 8, 4, 3, 1, 1, 8, 8, true});
  EXPECT_THROW(conv->data_gradient(nullptr, nullptr, nullptr), std::logic_error);
}

TEST(VendorEngine, GivesEverythingBack) {
  const softgpu::VendorCounts before = softgpu::vendor_counts();
  {
    VendorLayers layers;
    const auto conv = layers.engine().make_conv2d({2, 3, 8, 8, 4, 3, 1, 1, 8, 8});
    EXPECT_EQ(softgpu::vendor_counts().handles, before.handles + 2);
    EXPECT_GT(softgpu::vendor_counts().descriptors, before.descriptors);
  }
  EXPECT_EQ(softgpu::vendor_counts().handles, before.handles);
  EXPECT_EQ(softgpu::vendor_counts().descriptors, before.descriptors);
}

TEST(VendorEngine, NamesWhatDecidesTheBits) {
  EXPECT_EQ(vendor_numerics("Tesla V100-SXM2-16GB"), "Tesla V100-SXM2-16GB; cuDNN 9.0.1; cuBLAS 12.0.7");
}

}  // namespace
}  // namespace mayfly::cuda
