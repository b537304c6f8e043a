// Max pooling against both references. Poison in the pooled map and its winners; every window shape.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "tests/reference/exact.h"
#include "tests/reference/rounding_bounds.h"
#include "tests/support/backend_test.h"

namespace mayfly {
namespace {

using exact::Floats;

struct PoolRun {
  Floats y, dx;
};

PoolRun run_pool(Backend& backend, const Pool2dShape& shape, const Floats& x, const Floats& dy) {
  const auto pool = backend.make_max_pool2d(shape);
  DeviceArray x_device(backend, to_device(backend, input_map(shape), x));
  DeviceArray dy_device(backend, to_device(backend, output_map(shape), dy));
  DeviceArray y = DeviceArray::poisoned(backend, device_floats(backend, output_map(shape)));
  DeviceArray dx = DeviceArray::poisoned(backend, device_floats(backend, input_map(shape)));
  DeviceArray winners = DeviceArray::poisoned(backend, (pool->winner_bytes() + 3) / 4);
  pool->forward(x_device.floats(), y.floats(), winners.data());
  pool->backward(dy_device.floats(), winners.data(), dx.floats());
  winners.read();  // looks at the guard
  return {from_device(backend, output_map(shape), y.read()),
          from_device(backend, input_map(shape), dx.read())};
}

class MaxPool2dTest : public BackendTest {
 protected:
  void expect_exact(const Pool2dShape& shape, const Floats& x, const Floats& dy) {
    const Floats y = exact::max_pool2d(shape, x).values;
    const Floats dx = exact::max_pool2d_gradient(shape, x, dy);
    for (std::size_t i = 0; i < backends_.size(); ++i) {
      SCOPED_TRACE(testing::Message() << describe(shape) << "; threads " << i + 1);
      const PoolRun run = run_pool(*backends_[i], shape, x, dy);
      EXPECT_EQ(bit_differences(y, run.y), "") << "forward";
      EXPECT_EQ(bit_differences(dx, run.dx), "") << "backward";
    }
  }
};

Floats values_for(CaseRandom& random, std::int64_t count, double special) {
  return random_floats(random, static_cast<std::size_t>(count), special);
}

TEST_F(MaxPool2dTest, RandomShapesGiveTheExactBits) {
  CaseRandom random(1);
  for (int i = 0; i < cases(300) && !HasFailure(); ++i) {
    const Pool2dShape shape = random_pool2d(random);
    expect_exact(shape, values_for(random, shape.input_count(), 0),
                 values_for(random, shape.output_count(), 0));
  }
}

TEST_F(MaxPool2dTest, TiesGoToTheFirst) {
  CaseRandom random(2);
  for (int i = 0; i < cases(200) && !HasFailure(); ++i) {
    const Pool2dShape shape = random_pool2d(random);
    Floats x(static_cast<std::size_t>(shape.input_count()));
    for (float& v : x) v = random.chance(0.3) ? -0.0F : static_cast<float>(random.between(0, 2));
    expect_exact(shape, x, values_for(random, shape.output_count(), 0));
  }
}

TEST_F(MaxPool2dTest, SpecialValuesGiveTheExactBits) {
  CaseRandom random(3);
  for (int i = 0; i < cases(300) && !HasFailure(); ++i) {
    const Pool2dShape shape = random_pool2d(random);
    const double often = i % 2 == 0 ? 0.05 : 0.7;
    expect_exact(shape, values_for(random, shape.input_count(), often),
                 values_for(random, shape.output_count(), often));
  }
}

TEST_F(MaxPool2dTest, MapsOfMinusInfinityOrNan) {
  CaseRandom random(4);
  for (const float value : {-std::numeric_limits<float>::infinity(), std::nanf("")})
    for (int i = 0; i < cases(50) && !HasFailure(); ++i) {
      const Pool2dShape shape = random_pool2d(random);
      expect_exact(shape, Floats(static_cast<std::size_t>(shape.input_count()), value),
                   values_for(random, shape.output_count(), 0));
    }
}

TEST_F(MaxPool2dTest, CornersGiveTheExactBits) {
  const Pool2dShape corners[] = {
      {1, 1, 1, 1, 1, 1, 0, 1, 1},       // one element
      {2, 3, 5, 5, 1, 1, 0, 5, 5},       // kernel 1
      {2, 3, 5, 5, 1, 3, 0, 2, 2},       // kernel 1, stride beyond it
      {2, 3, 5, 5, 5, 1, 0, 1, 1},       // kernel = map
      {2, 3, 5, 5, 7, 1, 3, 5, 5},       // kernel beyond the map
      {3, 17, 9, 9, 3, 1, 1, 9, 9},      // windows overlap, padding
      {3, 17, 9, 9, 2, 2, 1, 5, 5},      // windows of one element at the border
      {1, 65, 4, 7, 3, 2, 0, 1, 3},      // one row kept
      {2, 5, 256, 2, 2, 1, 0, 255, 1},   // the tallest map
      {2, 5, 2, 256, 2, 254, 1, 1, 2},   // the widest
      {1, 2, 256, 256, 256, 1, 0, 1, 1}  // winners at 255
  };
  CaseRandom random(5);
  for (const Pool2dShape& shape : corners)
    expect_exact(shape, values_for(random, shape.input_count(), 0),
                 values_for(random, shape.output_count(), 0));
}

TEST_F(MaxPool2dTest, StaysWithinTheRoundingBoundOfDoublePrecision) {
  namespace dp = double_precision;
  CaseRandom random(6);
  for (int i = 0; i < cases(300) && !HasFailure(); ++i) {
    const Pool2dShape shape = random_pool2d(random);
    const Floats x = values_for(random, shape.input_count(), 0);
    const Floats dy = values_for(random, shape.output_count(), 0);
    const dp::Pooled pooled = dp::max_pool2d(shape, {x.begin(), x.end()});
    const dp::Doubles dz(dy.begin(), dy.end());
    dp::Doubles bounds = dp::max_pool2d_gradient(shape, pooled.winners, dp::magnitudes(dz));
    for (double& bound : bounds) bound *= dp::sum_bound(2.0 * shape.kernel_size);
    const PoolRun run = run_pool(*backends_.front(), shape, x, dy);
    EXPECT_EQ(beyond_bounds(pooled.values, dp::Doubles(dy.size()), run.y), "") << describe(shape);
    EXPECT_EQ(beyond_bounds(dp::max_pool2d_gradient(shape, pooled.winners, dz), bounds, run.dx), "")
        << describe(shape);
  }
}

TEST_F(MaxPool2dTest, MapsThatWinnersCannotNameAreRefused) {
  const Pool2dShape tall{1, 1, 257, 1, 1, 1, 0, 257, 1};
  const Pool2dShape wide{1, 1, 1, 257, 1, 1, 0, 1, 257};
  EXPECT_THROW(backends_.front()->make_max_pool2d(tall), UsageError);
  EXPECT_THROW(backends_.front()->make_max_pool2d(wide), UsageError);
}

}  // namespace
}  // namespace mayfly
