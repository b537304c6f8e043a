// The real cuDNN, asked without a GPU: is there a plan that the rules of plan_choice.h allow, for every
// convolution of generated networks in every direction, on a V100, an A100 and an H100? It says what cuDNN
// would choose; nothing is computed. A cuDNN without kernels for a GPU (9.11 and newer: V100) still applies
// its rules.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "generator/sample.h"
#include "kernels/cuda/vendor/status.h"
#include "kernels/cuda/vendor/vendor_linear.h"
#include "profile_target.h"
#include "tests/generator/plans.h"

namespace mayfly::cuda {
namespace {

constexpr Direction kDirections[] = {Direction::forward, Direction::data_gradient,
                                     Direction::weight_gradient};

/// The convolutions of networks 0..count-1 of the published space, half of them on each data set.
std::vector<Conv2dShape> convolutions(std::uint32_t count) {
  std::vector<Conv2dShape> shapes;
  for (const DatasetFacts& dataset : {testing_plans::cifar100(), testing_plans::fashion_mnist()}) {
    const SamplingPlan plan = testing_plans::plan_of("published", dataset);
    for (std::uint32_t i = 0; i < count / 2; ++i)
      for (const LayerShape& layer : sample_network(plan, i).shapes.layers)
        if (!VendorLinear::can(layer.conv)) shapes.push_back(layer.conv);
  }
  return shapes;
}

/// What the plan's own engine says of itself, read without plan_choice.cpp. "" where the rules allow it.
std::string broken_rules(const ConvPlan& plan) {
  GraphDescriptor engine(CUDNN_BACKEND_ENGINE_DESCRIPTOR, "engine");
  cudnnBackendDescriptor_t raw = engine.raw();
  std::int64_t count = 0, bytes = 0;
  check(cudnn().get_attribute(plan.configuration.raw(), CUDNN_ATTR_ENGINECFG_ENGINE,
                              CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &count, &raw),
        "read the engine");
  std::array<cudnnBackendNumericalNote_t, 32> notes{};
  check(cudnn().get_attribute(raw, CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE, notes.size(),
                              &count, notes.data()),
        "read the notes");
  std::string broken;
  for (std::int64_t i = 0; i < count; ++i)
    for (const int refused : {0, 1, 2, 4})  // tensor cores, two kinds of reduced precision, not deterministic
      if (static_cast<int>(notes[static_cast<std::size_t>(i)]) == refused)
        broken += fmt::format("numerical note {}; ", refused);
  std::array<cudnnBackendBehaviorNote_t, 32> behaviours{};
  check(cudnn().get_attribute(raw, CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE, CUDNN_TYPE_BEHAVIOR_NOTE,
                              behaviours.size(), &count, behaviours.data()),
        "read the behaviour");
  for (std::int64_t i = 0; i < count; ++i)
    if (static_cast<int>(behaviours[static_cast<std::size_t>(i)]) == 0) broken += "compiled at run time; ";
  check(cudnn().get_attribute(plan.plan.raw(), CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1,
                              &count, &bytes),
        "read the workspace");
  if (bytes > std::int64_t{256} << 20) broken += fmt::format("workspace of {} bytes; ", bytes);
  return broken;
}

/// What was chosen in one direction.
class Summary {
 public:
  void add(const ConvPlan& plan) {
    ++engines_[plan.engine.index];
    fallbacks_ += plan.from_fallback;
    workspaces_.push_back(plan.workspace_bytes);
  }
  std::string text() {
    if (workspaces_.empty()) return "no plan";
    std::sort(workspaces_.begin(), workspaces_.end());
    std::string line = fmt::format(
        "{:6} plans, {:4} by mode FALLBACK, workspace median {:.1f} max {:.1f} MiB, engines",
        workspaces_.size(), fallbacks_, mib(workspaces_[workspaces_.size() / 2]), mib(workspaces_.back()));
    for (const auto& [engine, count] : engines_) line += fmt::format(" {}:{}", engine, count);
    return line;
  }

 private:
  static double mib(std::size_t bytes) { return static_cast<double>(bytes) / (1 << 20); }
  std::map<std::int64_t, int> engines_;
  int fallbacks_ = 0;
  std::vector<std::size_t> workspaces_;
};

class CudnnPlans : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    try {
      if (cudnn().get_version() >= kFirstWithProfiles) {
        fmt::print("{}, cuDNN {}\n", GetParam(), cudnn_version());  // with_cudnn_9_10.sh looks for it
        return;
      }
    } catch (const std::exception& error) {
      GTEST_SKIP() << error.what();
    }
    GTEST_SKIP() << "cuDNN " << cudnn_version() << " cannot be asked without a GPU; 9.8 or newer is needed";
  }

  void every_convolution_has_a_plan(std::uint32_t networks) {
    const ProfileTarget target(GetParam());
    std::map<Direction, Summary> chosen;
    for (const Conv2dShape& shape : convolutions(networks))
      for (const Direction direction : kDirections) {
        if (shape.input_is_image && direction == Direction::data_gradient) continue;
        try {
          const ConvPlan plan = choose_plan(shape, direction, target);
          chosen[direction].add(plan);
          EXPECT_EQ(broken_rules(plan), "");
        } catch (const std::exception& error) {
          ADD_FAILURE() << error.what();
        }
      }
    for (const Direction direction : kDirections)
      fmt::print("{} networks, {:15}: {}\n", networks, name_of(direction), chosen[direction].text());
  }
};

using CudnnPlansLong = CudnnPlans;

TEST_P(CudnnPlans, EveryConvolutionOfFortyNetworksHasOne) {
  every_convolution_has_a_plan(40);
}

TEST_P(CudnnPlansLong, EveryConvolutionOfTwoThousandNetworksHasOne) {
  every_convolution_has_a_plan(2000);
}

TEST_P(CudnnPlans, TheChoiceIsTheSameEachTime) {
  const ProfileTarget first(GetParam()), second(GetParam());
  for (const Conv2dShape& shape : convolutions(6))
    for (const Direction direction : kDirections) {
      const ConvPlan a = choose_plan(shape, direction, first), b = choose_plan(shape, direction, second);
      EXPECT_EQ(a.engine.index, b.engine.index);
      EXPECT_EQ(a.workspace_bytes, b.workspace_bytes);
    }
}

TEST_P(CudnnPlans, CornersOfTheSpaceHaveOne) {
  const Conv2dShape corners[] = {
      {25, 3, 32, 32, 301, 24, 12, 4, 2, 2, true},   // large kernel, large stride
      {25, 297, 3, 3, 345, 2, 1, 2, 6, 6},           // padding as large as the kernel
      {250, 3, 32, 32, 399, 1, 1, 5, 42, 42, true},  // padding larger than the kernel
      {250, 400, 1, 1, 400, 1, 1, 5, 11, 11},        // one pixel in much padding
      {100, 400, 42, 42, 400, 32, 1, 5, 21, 21},     // the most work
      {250, 397, 52, 52, 400, 13, 1, 5, 50, 50},     // the largest maps
      {25, 399, 1, 1, 1, 11, 11, 5, 1, 1},           // kernel over the whole padded map
      {100, 30, 20, 9, 70, 5, 2, 3, 7, 5},           // kept rows and columns apart
      {125, 7, 2, 3, 9, 1, 1, 5, 1, 1},              // kept outputs that see only padding
  };
  const ProfileTarget target(GetParam());
  for (const Conv2dShape& shape : corners)
    for (const Direction direction : kDirections)
      EXPECT_NO_THROW(EXPECT_EQ(broken_rules(choose_plan(shape, direction, target)), ""))
          << name_of(direction) << " of " << shape.in_channels << " to " << shape.out_channels << " channels";
}

INSTANTIATE_TEST_SUITE_P(Profiles, CudnnPlans, testing::Values("v100", "a100", "h100"),
                         [](const auto& profile) { return profile.param; });
INSTANTIATE_TEST_SUITE_P(Profiles, CudnnPlansLong, testing::Values("v100", "a100", "h100"),
                         [](const auto& profile) { return profile.param; });

}  // namespace
}  // namespace mayfly::cuda
