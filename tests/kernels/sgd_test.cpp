// SGD against both references, over several updates, with each scalar on and off.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/reference/double_precision.h"
#include "tests/reference/exact.h"
#include "tests/support/backend_test.h"

namespace mayfly {
namespace {

using exact::Floats;

SgdScalars scalars_of_case(CaseRandom& random, int which) {
  return {.learning_rate = 0.01 * random.between(1, 100),
          .momentum = (which & 1) != 0 ? 0.01 * random.between(1, 99) : 0,
          .dampening = (which & 2) != 0 ? 0.01 * random.between(1, 99) : 0,
          .weight_decay = (which & 4) != 0 ? 0.001 * random.between(1, 99) : 0};
}

/// Bits after every one of several updates, on every backend.
class SgdTest : public BackendTest {
 protected:
  void expect_exact(CaseRandom& random, const SgdScalars& scalars, std::size_t count, double special) {
    const Floats start = random_floats(random, count, special);
    std::vector<Floats> gradients;
    for (int update = 0; update < 4; ++update) gradients.push_back(random_floats(random, count, special));
    for (const auto& backend : backends_) {
      Floats weights = start, momentum = random_floats(random, count);  // the first update overwrites it
      DeviceArray w(*backend, weights), b(*backend, momentum);
      for (std::size_t update = 0; update < gradients.size(); ++update) {
        DeviceArray g(*backend, gradients[update]);
        backend->set_counters({.step = 5, .updates = update});
        backend->sgd(scalars, count, g.floats(), w.floats(), scalars.momentum != 0 ? b.floats() : nullptr);
        exact::sgd(scalars, update == 0, gradients[update], weights, momentum);
        EXPECT_EQ(bit_differences(weights, w.read()), "") << "update " << update << " of " << count;
        EXPECT_EQ(bit_differences(momentum, b.read()), "") << "momentum, update " << update;
        EXPECT_EQ(bit_differences(gradients[update], g.read()), "") << "gradients must stay as they are";
      }
    }
  }
};

TEST_F(SgdTest, EveryCombinationOfScalarsGivesTheExactBits) {
  CaseRandom random(1);
  for (int i = 0; i < cases(200) && !HasFailure(); ++i)
    expect_exact(random, scalars_of_case(random, i % 8), static_cast<std::size_t>(random.between(1, 5000)),
                 0);
}

TEST_F(SgdTest, SpecialValuesGiveTheExactBits) {
  CaseRandom random(2);
  for (int i = 0; i < cases(200) && !HasFailure(); ++i)
    expect_exact(random, scalars_of_case(random, i % 8), static_cast<std::size_t>(random.between(1, 300)),
                 i % 2 == 0 ? 0.05 : 0.7);
}

TEST_F(SgdTest, ScalarsTooSmallForBinary32AreStillSwitchedOn) {
  CaseRandom random(3);
  expect_exact(random, {.learning_rate = 0.1, .momentum = 1e-60, .weight_decay = 1e-60}, 1000, 0.1);
}

TEST_F(SgdTest, StaysNearDoublePrecision) {
  CaseRandom random(4);
  for (int which = 0; which < 8; ++which) {
    const SgdScalars scalars = scalars_of_case(random, which);
    const Floats start = random_floats(random, 500);
    double_precision::Doubles weights(start.begin(), start.end()), momentum(start.size());
    DeviceArray w(*backends_.front(), start), b(*backends_.front(), Floats(start.size()));
    for (std::uint64_t update = 0; update < 5; ++update) {
      const Floats gradients = random_floats(random, start.size());
      DeviceArray g(*backends_.front(), gradients);
      backends_.front()->set_counters({.updates = update});
      backends_.front()->sgd(scalars, start.size(), g.floats(), w.floats(),
                             scalars.momentum != 0 ? b.floats() : nullptr);
      double_precision::sgd(scalars, update == 0, {gradients.begin(), gradients.end()}, weights, momentum);
    }
    // 5 updates of at most 8 roundings each (scalars and operations) of numbers no larger than 1 + 5*5.
    const double bound = 5 * 8 * 0x1p-24 * 26;
    EXPECT_EQ(beyond_bounds(weights, double_precision::Doubles(start.size(), bound), w.read()), "") << which;
  }
}

}  // namespace
}  // namespace mayfly
