// Backward of ReLU and dropout with the bias gradient, and the dropout masks, against the references.
#include <gtest/gtest.h>

#include "core/random.h"
#include "tests/reference/exact.h"
#include "tests/reference/rounding_bounds.h"
#include "tests/support/backend_test.h"

namespace mayfly {
namespace {

using exact::Floats;

/// Values of a layer and its activation; the mask in logical order.
struct ActivationCase {
  Conv2dShape shape;
  bool relu, drops, per_position;
  float scale;
  Floats before_relu, dy, mask;

  LogicalMap mask_map() const {
    const LogicalMap map = output_map(shape);
    return {map.n, map.c, per_position ? map.h : 1, per_position ? map.w : 1};
  }
  std::vector<bool> kept() const {
    std::vector<bool> all;
    const auto positions = static_cast<std::size_t>(shape.out_positions());
    for (std::size_t i = 0; i < dy.size(); ++i) all.push_back(mask[per_position ? i : i / positions] != 0);
    return all;
  }
};

ActivationCase random_case(CaseRandom& random, double special) {
  ActivationCase c{.shape = random_conv2d(random, 3'000'000),
                   .relu = random.chance(0.6),
                   .drops = random.chance(0.6),
                   .per_position = random.chance(0.5)};
  c.scale = exact::dropout_scale(0.05 * random.between(1, 19));
  const auto count = static_cast<std::size_t>(c.shape.output_count());
  c.before_relu = random_floats(random, count, special);
  c.dy = random_floats(random, count, special);
  c.mask.resize(c.mask_map().count());
  for (float& factor : c.mask) factor = random.chance(0.5) ? c.scale : 0.0F;
  return c;
}

Floats forward(const ActivationCase& c) {
  Floats y = c.relu ? exact::relu(c.before_relu) : c.before_relu;
  return c.drops ? exact::dropout(c.kept(), c.scale, y) : y;
}

Floats backward(const ActivationCase& c) {
  const Floats g = c.drops ? exact::dropout(c.kept(), c.scale, c.dy) : c.dy;
  return c.relu ? exact::relu_gradient(c.before_relu, g) : g;
}

struct ActivationRun {
  Floats dy, dbias;
};

ActivationRun run_backward(Backend& backend, const ActivationCase& c) {
  const LogicalMap map = output_map(c.shape);
  DeviceArray y(backend, to_device(backend, map, forward(c)));
  DeviceArray dy(backend, to_device(backend, map, c.dy));
  DeviceArray mask(backend, to_device(backend, c.mask_map(), c.mask));
  DeviceArray dbias = DeviceArray::poisoned(backend, static_cast<std::size_t>(c.shape.out_channels));
  const Activation activation{c.relu, c.drops ? mask.floats() : nullptr, c.per_position};
  backend.activation_backward(c.shape, activation, y.floats(), dy.floats(), dbias.floats());
  return {from_device(backend, map, dy.read()), dbias.read()};
}

class ActivationTest : public BackendTest {
 protected:
  void expect_exact(const ActivationCase& c) {
    const Floats dy = backward(c);
    const Floats dbias = exact::bias_gradient(c.shape, dy);
    for (std::size_t i = 0; i < backends_.size(); ++i) {
      SCOPED_TRACE(testing::Message() << describe(c.shape) << "; relu " << c.relu << ", drops " << c.drops
                                      << ", mask per position " << c.per_position << "; threads " << i + 1);
      const ActivationRun run = run_backward(*backends_[i], c);
      EXPECT_EQ(bit_differences(dy, run.dy), "") << "gradient";
      EXPECT_EQ(bit_differences(dbias, run.dbias), "") << "bias gradient";
    }
  }
};

TEST_F(ActivationTest, BackwardGivesTheExactBits) {
  CaseRandom random(1);
  for (int i = 0; i < cases(300) && !HasFailure(); ++i) expect_exact(random_case(random, 0));
}

TEST_F(ActivationTest, BackwardOfSpecialValuesGivesTheExactBits) {
  CaseRandom random(2);
  for (int i = 0; i < cases(300) && !HasFailure(); ++i)
    expect_exact(random_case(random, i % 2 == 0 ? 0.02 : 0.6));
}

TEST_F(ActivationTest, BiasGradientStaysWithinTheRoundingBoundOfDoublePrecision) {
  namespace dp = double_precision;
  CaseRandom random(3);
  for (int i = 0; i < cases(200) && !HasFailure(); ++i) {
    ActivationCase c = random_case(random, 0);
    c.relu = c.drops = false;
    const dp::Doubles dy(c.dy.begin(), c.dy.end());
    EXPECT_EQ(beyond_bounds(dp::bias_gradient(c.shape, dy), dp::bias_gradient_bound(c.shape, dy),
                            run_backward(*backends_.front(), c).dbias),
              "")
        << describe(c.shape);
  }
}

constexpr std::size_t kMaskSlack = 63;  // floats

DropoutShape random_mask_shape(CaseRandom& random) {
  DropoutShape shape{
      .batch = random.between(1, 40), .channels = random.between(1, 100), .per_element = random.chance(0.6)};
  if (!shape.per_element) return shape;
  shape.full_height = random.between(1, 12);
  shape.full_width = random.between(1, 12);
  shape.height = random.chance(0.5) ? shape.full_height : random.between(1, shape.full_height);
  shape.width = random.chance(0.5) ? shape.full_width : random.between(1, shape.full_width);
  return shape;
}

TEST_F(ActivationTest, MasksAreTheDrawsOfTheContract) {
  CaseRandom random(4);
  for (int i = 0; i < cases(200) && !HasFailure(); ++i) {
    const DropoutShape shape = random_mask_shape(random);
    const double rate = i % 10 == 0 ? 1 - 1e-10 : 0.001 * random.between(1, 999);
    const auto seed = static_cast<std::uint32_t>(random.between(0, 1 << 30)) * 4 + 3;
    const StepCounters at{.epoch = static_cast<std::uint32_t>(random.between(0, 40)),
                          .step = static_cast<std::uint32_t>(random.between(0, 2000))};
    const std::vector<bool> kept = exact::dropout_mask(shape, rate, seed, 7, at.step, at.epoch);
    Floats expected;
    for (const bool keeps : kept) expected.push_back(keeps ? exact::dropout_scale(rate) : 0.0F);
    const LogicalMap map{shape.batch, shape.channels, shape.height, shape.width};
    for (const auto& backend : backends_) {
      backend->set_counters(at);
      // A mask has a buffer of its own: whole vectors are written, the last into the buffer's slack.
      DeviceArray mask = DeviceArray::poisoned(*backend, device_floats(*backend, map) + kMaskSlack);
      backend->dropout_mask(shape, rate, seed, 7, mask.floats());
      EXPECT_EQ(bit_differences(expected, from_device(*backend, map, mask.read())), "")
          << "batch " << shape.batch << ", channels " << shape.channels << ", per element "
          << shape.per_element << ", kept " << shape.height << "x" << shape.width << " of "
          << shape.full_height << "x" << shape.full_width << ", rate " << rate;
    }
  }
}

TEST_F(ActivationTest, ADrawThatEqualsTheThresholdIsKept) {
  constexpr std::uint32_t kSeed = 11, kLayer = 2, kIndex = 5;
  const std::uint32_t drawn = draw(kSeed, Stream::dropout, {.layer = kLayer}, kIndex);
  for (const bool per_element : {false, true})
    for (const auto& backend : backends_) {
      backend->set_counters({});
      const DropoutShape shape{.batch = 4, .channels = 4, .per_element = per_element};
      DeviceArray mask(*backend, Floats(16 + kMaskSlack));
      backend->dropout_mask(shape, drawn * 0x1p-32, kSeed, kLayer, mask.floats());
      EXPECT_NE(mask.read()[kIndex], 0.0F);
      backend->dropout_mask(shape, (drawn + 1.0) * 0x1p-32, kSeed, kLayer, mask.floats());
      EXPECT_EQ(mask.read()[kIndex], 0.0F);
    }
}

}  // namespace
}  // namespace mayfly
