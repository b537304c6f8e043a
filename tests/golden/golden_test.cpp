// Whole training steps against PyTorch (generate/README.md).
//
// Tolerances. Both sides compute in binary32, in different orders. A sum of K products, each side's, is off
// by about sqrt(K) * 2^-24 of the sum of its absolute terms; here K <= 600, a tensor's largest value is of
// the size of such a sum, and an error passes through at most four layers each way: 4 * 2 * sqrt(600) * 2^-24
// = 1.2e-5 of the tensor's largest value. Gradients, logits and changes of parameters are held to that; a
// parameter also rounds once a step on each side: 3 steps * 2 * 2^-24 = 3.6e-7 of its size. A loss is a
// difference of numbers of size log(classes) or of the logits: 1.2e-5 absolute.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/network_shapes.h"
#include "tests/golden/golden_files.h"
#include "tests/golden/golden_run.h"
#include "tests/golden/near.h"

namespace mayfly::golden {
namespace {

constexpr double kSums = 1.2e-5;
constexpr double kRounding = 3 * 2 * kHalfUlp;

/// One tensor of the flat parameters: a layer's weights or its biases.
struct Tensor {
  std::string name;
  std::size_t begin = 0, count = 0;
  std::span<const float> of(const std::vector<float>& flat) const {
    return std::span(flat).subspan(begin, count);
  }
};

std::vector<Tensor> tensors_of(const NetworkShapes& shapes) {
  std::vector<Tensor> tensors;
  std::size_t at = 0;
  for (std::size_t i = 0; i < shapes.layers.size(); ++i) {
    const Conv2dShape& conv = shapes.layers[i].conv;
    for (const auto& [kind, count] : {std::pair<const char*, std::int64_t>{" weights", conv.weight_count()},
                                      {" biases", conv.out_channels}}) {
      tensors.push_back({"layer " + std::to_string(i) + kind, at, static_cast<std::size_t>(count)});
      at += tensors.back().count;
    }
  }
  return tensors;
}

class GoldenStepsTest : public testing::TestWithParam<std::tuple<Engine, const char*>> {
 protected:
  /// Trains three steps as `spec` says; the largest difference of a parameter from PyTorch's, in tolerances.
  double worst_parameter(const NetworkSpec& spec) const {
    const std::unique_ptr<GoldenRun> run = make_run(engine_, golden_, spec);
    for (int step = 0; step < 3; ++step) run->train();
    const std::vector<float> found = run->parameters();
    const std::vector<float>& expected = golden_.final_parameters;
    double worst = 0;
    for (const Tensor& tensor : tensors_) {
      const double change = largest_difference(tensor.of(expected), tensor.of(golden_.initial_parameters));
      const double tolerance = kSums * change + kRounding * largest(tensor.of(expected));
      worst = std::max(worst, largest_difference(tensor.of(found), tensor.of(expected)) / tolerance);
    }
    return worst;
  }

  const Engine engine_ = std::get<Engine>(GetParam());
  const GoldenSteps golden_ = read_golden_steps(std::get<const char*>(GetParam()));
  const std::vector<Tensor> tensors_ = tensors_of(network_shapes(golden_.spec, golden_.image));
};

INSTANTIATE_TEST_SUITE_P(Networks, GoldenStepsTest,
                         testing::Combine(testing::Values(Engine::cpu, Engine::exact_reference),
                                          testing::ValuesIn(kStepNames)),
                         [](const auto& instance) {
                           return to_string(std::get<Engine>(instance.param)) + "_" +
                                  std::get<const char*>(instance.param);
                         });

TEST_P(GoldenStepsTest, FileIsWhole) {
  const auto batch = static_cast<std::size_t>(golden_.spec.batch_size);
  const ImageShape image = golden_.image;
  const Tensor& last = tensors_.back();
  const std::size_t parameters = last.begin + last.count;
  EXPECT_EQ(golden_.labels.size(), 3 * batch);
  EXPECT_EQ(golden_.pixels.size(), 3 * batch * image.channels * image.height * image.width);
  EXPECT_THAT(golden_.order, testing::SizeIs(3 * batch));
  EXPECT_EQ(std::set<std::uint32_t>(golden_.order.begin(), golden_.order.end()).size(), 3 * batch);
  EXPECT_EQ(golden_.initial_parameters.size(), parameters);
  EXPECT_EQ(golden_.first_gradients.size(), parameters);
  EXPECT_EQ(golden_.final_parameters.size(), parameters);
  EXPECT_EQ(golden_.first_logits.size(), batch * golden_.spec.classes);
  EXPECT_EQ(golden_.losses.size(), 3U);
  EXPECT_EQ(golden_.evaluation_losses.size(), 3U);
}

TEST_P(GoldenStepsTest, GradientsOfTheFirstStep) {
  const std::unique_ptr<GoldenRun> run = make_run(engine_, golden_, golden_.spec);
  run->train();
  const std::vector<float> gradients = run->gradients();
  ASSERT_EQ(gradients.size(), golden_.first_gradients.size());
  for (const Tensor& tensor : tensors_) {
    const auto expected = tensor.of(golden_.first_gradients);
    expect_near(tensor.of(gradients), expected, kSums * largest(expected), tensor.name);
  }
}

TEST_P(GoldenStepsTest, LossesOfThreeSteps) {
  const std::unique_ptr<GoldenRun> run = make_run(engine_, golden_, golden_.spec);
  for (const float expected : golden_.losses) EXPECT_NEAR(run->train(), expected, kSums);
}

TEST_P(GoldenStepsTest, ParametersAfterThreeSteps) {
  EXPECT_LE(worst_parameter(golden_.spec), 1);
}

// The comparison sees the smallest thing that SGD does here: a scalar taken as 0 is found out.
TEST_P(GoldenStepsTest, SeesEveryScalarOfSgd) {
  for (double SgdSpec::*scalar : {&SgdSpec::momentum, &SgdSpec::dampening, &SgdSpec::weight_decay}) {
    NetworkSpec spec = golden_.spec;
    const bool counts = spec.sgd.*scalar != 0 && (scalar != &SgdSpec::dampening || spec.sgd.momentum != 0);
    spec.sgd.*scalar = 0;
    if (!counts) continue;
    EXPECT_GT(worst_parameter(spec), 1);
  }
}

TEST_P(GoldenStepsTest, EvaluationOfTheTrainedNetwork) {
  const std::unique_ptr<GoldenRun> run = make_run(engine_, golden_, golden_.spec);
  const GoldenRun::Evaluation found = run->evaluate(golden_.final_parameters);
  expect_near(found.losses, golden_.evaluation_losses, kSums, "losses");
  EXPECT_EQ(found.correct, golden_.evaluation_correct);
}

// A backend does not give its logits away: the reference of the bits stands for it.
TEST(GoldenLogitsTest, OfTheFirstStep) {
  for (const char* name : kStepNames) {
    const GoldenSteps golden = read_golden_steps(name);
    const double tolerance = kSums * largest(golden.first_logits);
    expect_near(exact_first_logits(golden), golden.first_logits, tolerance, name);
  }
}

TEST(GoldenFilesTest, EveryFileIsTested) {
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(MAYFLY_SOURCE_DIR "/tests/golden/steps")) {
    found.insert(entry.path().stem().string());
  }
  EXPECT_EQ(found, std::set<std::string>(kStepNames.begin(), kStepNames.end()));
}

}  // namespace
}  // namespace mayfly::golden
