// Convolution and Linear in all three directions against both references.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <stdexcept>

#include "core/network_shapes.h"

#include "tests/reference/exact.h"
#include "tests/reference/rounding_bounds.h"
#include "tests/support/backend_test.h"

namespace mayfly {
namespace {

using double_precision::Doubles;
using exact::Floats;

constexpr int kShapes = 300;
constexpr std::int64_t kMaxMacs = 1'500'000;

struct ConvCase {
  Conv2dShape shape;
  Floats x, w, bias, dy;
};

ConvCase random_case(CaseRandom& random, const Conv2dShape& shape, double special) {
  return {shape, random_floats(random, static_cast<std::size_t>(shape.input_count()), special),
          random_floats(random, static_cast<std::size_t>(shape.weight_count()), special),
          random_floats(random, static_cast<std::size_t>(shape.out_channels), special),
          random_floats(random, static_cast<std::size_t>(shape.output_count()), special)};
}

/// Weights in the device's layout. Poison for those that will be written: the layout's padding stays +0.
DeviceArray device_weights(Backend& backend, Conv2d& conv, const Floats& logical) {
  DeviceArray weights(backend, Floats(conv.weight_floats()));
  conv.import_weights(logical, weights.floats());
  return weights;
}

Floats run_forward(Backend& backend, const ConvCase& c) {
  const auto conv = backend.make_conv2d(c.shape);
  DeviceArray x(backend, conv_input(backend, c.shape, c.x));
  DeviceArray w = device_weights(backend, *conv, c.w);
  DeviceArray bias(backend, c.bias);
  DeviceArray y = DeviceArray::poisoned(backend, device_floats(backend, output_map(c.shape)));
  conv->forward(x.floats(), w.floats(), bias.floats(), {}, y.floats());
  return from_device(backend, output_map(c.shape), y.read());
}

Floats run_data_gradient(Backend& backend, const ConvCase& c) {
  const auto conv = backend.make_conv2d(c.shape);
  DeviceArray dy(backend, to_device(backend, output_map(c.shape), c.dy));
  DeviceArray w = device_weights(backend, *conv, c.w);
  DeviceArray dx = DeviceArray::poisoned(backend, device_floats(backend, input_map(c.shape)));
  conv->data_gradient(dy.floats(), w.floats(), dx.floats());
  return from_device(backend, input_map(c.shape), dx.read());
}

Floats run_weight_gradient(Backend& backend, const ConvCase& c) {
  const auto conv = backend.make_conv2d(c.shape);
  DeviceArray x(backend, conv_input(backend, c.shape, c.x));
  DeviceArray dy(backend, to_device(backend, output_map(c.shape), c.dy));
  DeviceArray dw = device_weights(backend, *conv, Floats(c.w.size(), std::nanf("")));
  conv->weight_gradient(x.floats(), dy.floats(), dw.floats());
  Floats logical(c.w.size());
  dw.read();  // looks at the guard
  conv->export_weights(dw.floats(), logical);
  return logical;
}

Doubles doubles(const Floats& values) {
  return Doubles(values.begin(), values.end());
}

class Conv2dTest : public BackendTest {
 protected:
  static std::int64_t max_macs() { return on_cpu() ? kMaxMacs : kMaxMacs / 10; }

  void expect_exact(const ConvCase& c) {
    const Floats y = exact::add_bias(c.shape, exact::conv2d(c.shape, c.x, c.w), c.bias);
    const Floats dx = exact::conv2d_data_gradient(c.shape, c.dy, c.w);
    const Floats dw = exact::conv2d_weight_gradient(c.shape, c.x, c.dy);
    for (std::size_t i = 0; i < backends_.size(); ++i) {
      SCOPED_TRACE(testing::Message() << describe(c.shape) << "; threads " << i + 1);
      EXPECT_EQ(bit_differences(y, run_forward(*backends_[i], c)), "") << "forward";
      EXPECT_EQ(bit_differences(dw, run_weight_gradient(*backends_[i], c)), "") << "weight gradient";
      if (c.shape.input_is_image) continue;  // nothing reads the gradient at the image
      EXPECT_EQ(bit_differences(dx, run_data_gradient(*backends_[i], c)), "") << "data gradient";
    }
  }

  void expect_near(const ConvCase& c) {
    namespace dp = double_precision;
    SCOPED_TRACE(describe(c.shape));
    const Doubles x = doubles(c.x), w = doubles(c.w), bias = doubles(c.bias), dy = doubles(c.dy);
    Backend& backend = *backends_.front();
    EXPECT_EQ(beyond_bounds(dp::conv2d(c.shape, x, w, bias), dp::conv2d_bound(c.shape, x, w, bias),
                            run_forward(backend, c)),
              "")
        << "forward";
    EXPECT_EQ(beyond_bounds(dp::conv2d_weight_gradient(c.shape, x, dy),
                            dp::weight_gradient_bound(c.shape, x, dy), run_weight_gradient(backend, c)),
              "")
        << "weight gradient";
    if (c.shape.input_is_image) return;
    EXPECT_EQ(beyond_bounds(dp::conv2d_data_gradient(c.shape, dy, w), dp::data_gradient_bound(c.shape, dy, w),
                            run_data_gradient(backend, c)),
              "")
        << "data gradient";
  }
};

TEST_F(Conv2dTest, RandomShapesGiveTheExactBits) {
  CaseRandom random(1);
  for (int i = 0; i < cases(kShapes) && !HasFailure(); ++i)
    expect_exact(random_case(random, random_conv2d(random, max_macs()), 0));
}

TEST_F(Conv2dTest, SpecialValuesGiveTheExactBits) {
  CaseRandom random(2);
  for (int i = 0; i < cases(kShapes) && !HasFailure(); ++i) {
    const Conv2dShape shape = random_conv2d(random, max_macs() / 4);
    const double terms = static_cast<double>(useful_macs(shape)) / shape.out_positions() / shape.out_channels;
    expect_exact(random_case(random, shape, 1 / (2 + 2 * terms)));  // so that some outputs stay finite
    expect_exact(random_case(random, shape, 0.5));
  }
}

TEST_F(Conv2dTest, CornersGiveTheExactBits) {
  const Conv2dShape corners[] = {
      {1, 1, 1, 1, 1, 1, 1, 0, 1, 1},           // one multiply-add
      {3, 2, 1, 1, 5, 1, 1, 4, 9, 9},           // padding larger than kernel: outputs without a term
      {2, 3, 1, 1, 4, 11, 1, 5, 1, 1},          // kernel over the whole padded map
      {2, 3, 9, 9, 4, 2, 5, 1, 2, 2},           // stride beyond the kernel: inputs nothing reads
      {5, 1, 7, 7, 1, 3, 2, 1, 4, 4},           // one channel each way
      {2, 513, 3, 3, 7, 2, 1, 0, 2, 2},         // cuts inside a tap, forward
      {2, 7, 3, 3, 513, 2, 1, 1, 4, 4},         // and in the data gradient
      {2, 1025, 2, 2, 65, 2, 1, 0, 1, 1},       // and twice, in a Linear layer
      {513, 2, 3, 3, 3, 2, 1, 0, 2, 2},         // and in the weight gradient
      {300, 3, 5, 5, 2, 3, 1, 1, 5, 5, true},   // one position a chunk, padding counted
      {4, 6, 10, 10, 9, 10, 1, 0, 1, 1},        // kernel = map: the first Linear layer
      {7, 33, 1, 1, 17, 1, 1, 0, 1, 1},         // a hidden Linear layer
      {3, 5, 4, 4, 6, 3, 1, 0, 1, 2},           // kept smaller than the full map
      {3, 3, 8, 8, 6, 3, 2, 2, 2, 3, true},     // the same on the image, which stays whole
      {1, 128, 2, 3, 129, 2, 1, 1, 3, 4},       // panels that end in a single channel
      {2, 4, 256, 1, 3, 1, 255, 0, 2, 1},       // a tall map
      {70, 66, 2, 1, 130, 1, 1, 0, 2, 1},       // so many rows that panels alternate, in every direction
      {5, 16, 3, 3, 70, 2, 1, 0, 2, 2},         // dy read often, by so few rows that panels come one by one
      {100, 1, 6, 6, 66, 2, 1, 1, 7, 7, true},  // several chunks of the image's positions, two panels
      {3, 70, 3, 3, 5, 4, 2, 1, 1, 1},          // one output, two panels of inputs, taps in the padding
      {2, 70, 3, 3, 5, 2, 5, 0, 1, 1},          // one output that does not see every input
  };
  CaseRandom random(3);
  for (const Conv2dShape& shape : corners) expect_exact(random_case(random, shape, 0));
}

TEST_F(Conv2dTest, StaysWithinTheRoundingBoundOfDoublePrecision) {
  CaseRandom random(4);
  for (int i = 0; i < cases(kShapes) && !HasFailure(); ++i)
    expect_near(random_case(random, random_conv2d(random, max_macs()), 0));
}

TEST_F(Conv2dTest, ForwardAppliesReluAndDropout) {
  CaseRandom random(5);
  for (int i = 0; i < cases(kShapes) && !HasFailure(); ++i) {
    const ConvCase c = random_case(random, random_conv2d(random, max_macs() / 8), i % 3 == 0 ? 0.01 : 0);
    const bool relu = random.chance(0.7), per_position = random.chance(0.5);
    const LogicalMap map = output_map(c.shape);
    const float scale = exact::dropout_scale(0.1 * random.between(1, 9));
    const LogicalMap mask_map{map.n, map.c, per_position ? map.h : 1, per_position ? map.w : 1};
    Floats factors(mask_map.count());
    for (float& factor : factors) factor = random.chance(0.5) ? scale : 0.0F;
    std::vector<bool> kept;
    for (std::size_t at = 0; at < map.count(); ++at)
      kept.push_back(factors[per_position ? at : at / (map.h * map.w)] != 0);
    Floats expected = exact::add_bias(c.shape, exact::conv2d(c.shape, c.x, c.w), c.bias);
    if (relu) expected = exact::relu(expected);
    expected = exact::dropout(kept, scale, expected);
    for (const auto& backend : backends_) {
      const auto conv = backend->make_conv2d(c.shape);
      DeviceArray x(*backend, conv_input(*backend, c.shape, c.x)), bias(*backend, c.bias);
      DeviceArray w = device_weights(*backend, *conv, c.w),
                  mask(*backend, to_device(*backend, mask_map, factors));
      DeviceArray y = DeviceArray::poisoned(*backend, device_floats(*backend, map));
      conv->forward(x.floats(), w.floats(), bias.floats(), {relu, mask.floats(), per_position}, y.floats());
      EXPECT_EQ(bit_differences(expected, from_device(*backend, map, y.read())), "")
          << describe(c.shape) << "; relu " << relu << ", mask per position " << per_position;
    }
  }
}

TEST_F(Conv2dTest, ReluOfNegativeZeroIsPositiveZero) {
  const Conv2dShape one{1, 1, 1, 1, 1, 1, 1, 0, 1, 1};
  for (const auto& backend : backends_) {
    const auto conv = backend->make_conv2d(one);
    DeviceArray x(*backend, conv_input(*backend, one, Floats{1e-30F})), bias(*backend, Floats{-0.0F});
    DeviceArray w = device_weights(*backend, *conv, Floats{-1e-30F});  // the product rounds to -0
    DeviceArray y = DeviceArray::poisoned(*backend, device_floats(*backend, output_map(one)));
    const auto value = [&](bool relu) {
      conv->forward(x.floats(), w.floats(), bias.floats(), {.relu = relu}, y.floats());
      return from_device(*backend, output_map(one), y.read()).front();
    };
    EXPECT_EQ(std::bit_cast<std::uint32_t>(value(false)), 0x80000000U);
    EXPECT_EQ(std::bit_cast<std::uint32_t>(value(true)), 0U);
  }
}

TEST_F(Conv2dTest, WeightsComeBackAsTheyWent) {
  CaseRandom random(6);
  for (int i = 0; i < cases(50); ++i) {
    const Conv2dShape shape = random_conv2d(random, max_macs());
    const Floats logical = random_floats(random, static_cast<std::size_t>(shape.weight_count()), 0.1);
    const auto conv = backends_.front()->make_conv2d(shape);
    DeviceArray weights = device_weights(*backends_.front(), *conv, logical);
    Floats back(logical.size());
    conv->export_weights(weights.floats(), back);
    EXPECT_EQ(bit_differences(logical, back), "") << describe(shape);
    for (const float w : back)
      if (w != w) {
        EXPECT_EQ(std::bit_cast<std::uint32_t>(w), 0x7FC00000U);
      }
  }
}

TEST_F(Conv2dTest, WeightsOfTheWrongSizeAreRefused) {
  const auto conv = backends_.front()->make_conv2d({1, 2, 3, 3, 4, 3, 1, 0, 1, 1});
  DeviceArray weights(*backends_.front(), Floats(conv->weight_floats()));
  EXPECT_THROW(conv->import_weights(Floats(71), weights.floats()), std::logic_error);
  Floats short_logical(71);
  EXPECT_THROW(conv->export_weights(weights.floats(), short_logical), std::logic_error);
}

}  // namespace
}  // namespace mayfly
