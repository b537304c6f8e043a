// SGD against PyTorch: 50 steps of all eight combinations of momentum, dampening and weight decay on or off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "kernels/backend.h"
#include "tests/golden/golden_files.h"
#include "tests/golden/near.h"
#include "tests/golden/sgd_gradients.h"

namespace mayfly::golden {
namespace {

/// Thirteen parameters that walk through the fixed gradients.
class Walk {
 public:
  explicit Walk(const SgdScalars& scalars) : scalars_(scalars) {
    backend_->upload(sgd_start().data(), weights_.data(), kBytes);
  }

  void step(int number) {
    backend_->upload(sgd_gradient(number).data(), gradients_.data(), kBytes);
    float* momentum = scalars_.momentum != 0 ? momentum_.floats() : nullptr;
    backend_->sgd(scalars_, kSgdCount, gradients_.floats(), weights_.floats(), momentum);
    backend_->advance(true);
  }

  std::vector<float> parameters() const {
    std::vector<float> result(kSgdCount);
    backend_->download(weights_.data(), result.data(), kBytes);
    return result;
  }

 private:
  static constexpr std::size_t kBytes = kSgdCount * sizeof(float);
  SgdScalars scalars_;
  std::unique_ptr<Backend> backend_ = make_backend("cpu", 1);
  Buffer weights_ = backend_->allocate(kBytes);
  Buffer gradients_ = backend_->allocate(kBytes);
  Buffer momentum_ = backend_->allocate(kBytes);
};

class SgdTrajectoryTest : public testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(Combinations, SgdTrajectoryTest, testing::Range(0, 8));

// Each side rounds w once a step, and the step it subtracts (gradient, buffer, product) by less than that
// here: at most two roundings of the size of w per step and side, that is 4 * steps * 2^-24 of the largest
// parameter if all had one sign. They have not: their sum grows as the root of their number. Twice that root
// is allowed.
TEST_P(SgdTrajectoryTest, FiftySteps) {
  const std::vector<SgdTrajectory> all = read_sgd_trajectories();
  ASSERT_THAT(all, testing::SizeIs(8));
  const SgdTrajectory& golden = all[static_cast<std::size_t>(GetParam())];
  EXPECT_THAT(golden.parameters_after, testing::SizeIs(5));
  Walk walk(golden.scalars);
  for (int step = 1; step <= 50; ++step) {
    walk.step(step);
    if (!golden.parameters_after.contains(step)) continue;
    const std::vector<float>& expected = golden.parameters_after.at(step);
    const double tolerance = 2 * std::sqrt(4.0 * step) * kHalfUlp * largest(expected);
    expect_near(walk.parameters(), expected, tolerance, "after step " + std::to_string(step));
  }
}

TEST(SgdTrajectoriesTest, AreTheEightCombinations) {
  std::vector<std::vector<bool>> found;
  for (const SgdTrajectory& golden : read_sgd_trajectories()) {
    found.push_back(
        {golden.scalars.momentum != 0, golden.scalars.dampening != 0, golden.scalars.weight_decay != 0});
  }
  std::sort(found.begin(), found.end());
  EXPECT_EQ(std::unique(found.begin(), found.end()), found.end());
  EXPECT_THAT(found, testing::SizeIs(8));
}

}  // namespace
}  // namespace mayfly::golden
