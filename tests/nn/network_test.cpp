// Networks as users of nn see them. The bits of every operation are tested in tests/kernels and
// tests/trainer.
#include "nn/network.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kernels/cpu/dispatch.h"
#include "nn/normalize.h"
#include "tests/nn/small_network.h"

namespace mayfly {
namespace {

using tests::kSmallImage;
using tests::RandomImages;
using tests::small_network;

struct Result {
  std::vector<float> parameters;
  BatchSums sums;
  bool operator==(const Result&) const = default;
};

/// `steps` training steps of the small network, then one evaluation.
Result train(int threads, int steps) {
  const NetworkSpec spec = small_network();
  const RandomImages images(static_cast<std::size_t>(spec.batch_size * steps), kSmallImage, spec.classes);
  const auto backend = make_backend("cpu", threads);
  const auto dataset = backend->make_dataset(images.pixels, images.labels, kSmallImage);
  Network network(*backend, spec, kSmallImage, pixel_table(Normalize::half, {}, kSmallImage),
                  {.seeds = {1, 2, 3}});
  network.initialise();
  network.set_order(images.order);
  for (int i = 0; i < steps; ++i) network.train_step(*dataset);
  backend->set_counters({.step = 0, .updates = backend->counters().updates});
  network.evaluate_step(*dataset);
  return {network.export_parameters(), backend->read_sums()};
}

TEST(Network, BitsDoNotDependOnThreads) {
  const Result one = train(1, 5);
  EXPECT_EQ(train(2, 5), one);
  EXPECT_EQ(train(3, 5), one);
}

class NetworkSimd : public testing::TestWithParam<const char*> {
 protected:
  void TearDown() override { cpu::select_simd(""); }
};

TEST_P(NetworkSimd, BitsDoNotDependOnVectors) {
  cpu::select_simd("none");
  const Result plain = train(1, 5);
  try {
    cpu::select_simd(GetParam());
  } catch (const std::exception& error) {
    GTEST_SKIP() << error.what();
  }
  EXPECT_EQ(train(1, 5), plain);
}

INSTANTIATE_TEST_SUITE_P(Targets, NetworkSimd, testing::Values("avx2", "avx512", "neon"),
                         [](const auto& target) { return std::string(target.param); });

TEST(Network, CountsImagesAndSteps) {
  const Result result = train(1, 4);
  EXPECT_EQ(result.sums.trained.seen, 4U * 6U);
  EXPECT_EQ(result.sums.trained.batches, 4U);
  EXPECT_EQ(result.sums.evaluated.seen, 6U);
  EXPECT_EQ(result.sums.evaluated.batches, 1U);
  EXPECT_TRUE(std::isfinite(result.sums.trained.loss));
  EXPECT_TRUE(std::isfinite(result.sums.evaluated.loss));
}

TEST(Network, MemorisesAFewImages) {
  NetworkSpec spec = small_network();
  spec.dropout_rate = spec.fc_dropout_rate = 0;
  spec.sgd = {.learning_rate = 0.1, .momentum = 0.9};
  const RandomImages images(6, kSmallImage, spec.classes);
  const auto backend = make_backend("cpu", 1);
  const auto dataset = backend->make_dataset(images.pixels, images.labels, kSmallImage);
  Network network(*backend, spec, kSmallImage, pixel_table(Normalize::half, {}, kSmallImage),
                  {.seeds = {1, 2, 3}});
  network.initialise();
  network.set_order(images.order);
  for (int i = 0; i < 150; ++i) {
    backend->set_counters({.step = 0, .updates = backend->counters().updates});
    network.train_step(*dataset);
  }
  backend->reset_sums();
  backend->set_counters({});
  network.evaluate_step(*dataset);
  const LossSums sums = backend->read_sums().evaluated;
  EXPECT_LT(sums.loss, 0.05);
  EXPECT_EQ(sums.correct, 6U);
}

TEST(Network, ParametersGoOutAsTheyCameIn) {
  const auto backend = make_backend("cpu", 1);
  Network network(*backend, small_network(), kSmallImage, pixel_table(Normalize::half, {}, kSmallImage), {});
  std::vector<float> parameters(static_cast<std::size_t>(network.shapes().parameter_count()));
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i] = static_cast<float>(i);
  network.import_parameters(parameters);
  EXPECT_EQ(network.export_parameters(), parameters);
}

TEST(Network, HopelessWhereEveryBiasOfTheLastLinearIsNan) {
  const auto backend = make_backend("cpu", 1);
  Network network(*backend, small_network(), kSmallImage, pixel_table(Normalize::half, {}, kSmallImage), {});
  network.initialise();
  EXPECT_FALSE(network.hopelessly_diverged());
  std::vector<float> parameters = network.export_parameters();
  std::fill(parameters.end() - 10, parameters.end(), std::numeric_limits<float>::quiet_NaN());
  network.import_parameters(parameters);
  EXPECT_TRUE(network.hopelessly_diverged());
  parameters.back() = 0;
  network.import_parameters(parameters);
  EXPECT_FALSE(network.hopelessly_diverged());
}

TEST(Network, MomentumIsEmptyWhereSwitchedOff) {
  NetworkSpec spec = small_network();
  spec.sgd.momentum = 0;
  const auto backend = make_backend("cpu", 1);
  Network network(*backend, spec, kSmallImage, pixel_table(Normalize::half, {}, kSmallImage), {});
  EXPECT_TRUE(network.export_momentum().empty());
}

}  // namespace
}  // namespace mayfly
