// What a training step asks of the device, counted: one launch of a recorded graph, and nothing else.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "nn/network.h"
#include "nn/normalize.h"
#include "tests/nn/small_network.h"
#include "tests/softgpu/softgpu.h"
#include "tests/softgpu/without_kernels.h"
#include "trainer/lifespan.h"
#include "trainer/self_test/named_networks.h"

namespace mayfly {
namespace {

/// A network on the software device and images for it.
struct Life {
  Life(NetworkSpec network_spec, ImageShape shape, int batches, Arithmetic arithmetic = Arithmetic::exact)
      : spec(std::move(network_spec)),
        images(static_cast<std::size_t>(spec.batch_size * batches), shape, spec.classes),
        backend(open_device("cuda:0", arithmetic)->make_backend(1)),
        dataset(backend->make_dataset(images.pixels, images.labels, shape)),
        network(*backend, spec, shape, pixel_table(Normalize::half, {}, shape), {}) {
    network.initialise();
    network.set_order(images.order);
  }
  /// After the first step, which is not recorded, and the second, which is.
  void warm_up() {
    network.train_step(*dataset);
    network.train_step(*dataset);
    backend->synchronise();
  }
  NetworkSpec spec;
  tests::RandomImages images;
  std::unique_ptr<Backend> backend;
  std::unique_ptr<DeviceDataset> dataset;
  Network network;
};

class StepCountsOf : public testing::TestWithParam<Arithmetic> {};

TEST_P(StepCountsOf, AStepIsOneGraphLaunch) {
  constexpr int kSteps = 5;
  Life life(tests::small_network(), tests::kSmallImage, kSteps + 2, GetParam());
  life.warm_up();
  softgpu::reset_counts();
  for (int i = 0; i < kSteps; ++i) life.network.train_step(*life.dataset);
  const softgpu::Counts before_reading = softgpu::counts();
  EXPECT_EQ(before_reading.graph_launches, static_cast<std::uint64_t>(kSteps));
  EXPECT_EQ(before_reading.launches, 0U);
  EXPECT_EQ(before_reading.allocations, 0U);
  EXPECT_EQ(before_reading.frees, 0U);
  EXPECT_EQ(before_reading.synchronisations, 0U);
  life.backend->synchronise();
  EXPECT_EQ(softgpu::counts().copies, 0U);  // counted when they run, recorded ones too
  EXPECT_EQ(softgpu::counts().sets, 0U);
}

TEST_P(StepCountsOf, AnEvaluationStepIsOneGraphLaunch) {
  Life life(tests::small_network(), tests::kSmallImage, 8, GetParam());
  for (int i = 0; i < 2; ++i) life.network.evaluate_step(*life.dataset);
  life.backend->synchronise();
  softgpu::reset_counts();
  for (int i = 0; i < 3; ++i) life.network.evaluate_step(*life.dataset);
  EXPECT_EQ(softgpu::counts().graph_launches, 3U);
  EXPECT_EQ(softgpu::counts().launches, 0U);
  EXPECT_EQ(softgpu::counts().synchronisations, 0U);
}

INSTANTIATE_TEST_SUITE_P(Arithmetics, StepCountsOf, testing::Values(Arithmetic::exact, Arithmetic::fast),
                         [](const auto& test) { return test.param == Arithmetic::exact ? "exact" : "fast"; });

TEST(StepCounts, ParametersAreDrawnOnTheDevice) {
  Life life(tests::small_network(), tests::kSmallImage, 2);
  life.backend->synchronise();
  softgpu::reset_counts();
  life.network.initialise();
  EXPECT_EQ(softgpu::counts().synchronisations, 0U);
  life.backend->synchronise();
  EXPECT_GT(softgpu::counts().kernels, 0U);
  EXPECT_EQ(softgpu::counts().copies, 0U);
  EXPECT_EQ(softgpu::counts().allocations, 0U);
}

/// Kernels of one training step. Fewer are fine: lower the number then, here and in docs/cuda.md.
TEST(StepCounts, KernelsOfAStep) {
  const tests::WithoutKernels without;
  const std::map<std::string, std::size_t> expected = {{"published_batch_25", 23},
                                                       {"published_batch_186", 27},
                                                       {"paper_sample", 27},
                                                       {"lenet_like", 23},
                                                       {"three_3x3", 23}};
  for (const NamedNetwork& named : named_networks()) {
    NetworkSpec spec = named.spec;
    spec.batch_size = 2;  // the number does not depend on it
    softgpu::reset_counts();
    Life life(spec, named.image, 2);
    life.warm_up();
    const auto graphs = softgpu::captured_graphs();
    ASSERT_EQ(graphs.size(), 1U) << named.name;
    EXPECT_EQ(graphs.front().size(), expected.at(named.name))
        << named.name << ":\n"
        << fmt::format("{}", fmt::join(graphs.front(), "\n"));
  }
}

/// An epoch copies its order to the device; each half of it reads the sums of training and of validation at
/// once; nothing else waits.
TEST(StepCounts, AHalfEpochReadsOnce) {
  NetworkSpec spec = tests::small_network();
  const tests::RandomImages images(60, tests::kSmallImage, spec.classes);
  const Dataset dataset{.name = "synthetic",
                        .classes = spec.classes,
                        .train = {tests::kSmallImage, images.pixels, images.labels},
                        .validation = {tests::kSmallImage, images.pixels, images.labels}};
  const auto backend = make_backend("cuda:0", 1);
  Lifespan life(*backend, spec, dataset, {.epochs = 2, .most_seconds_ahead = 1e9});  // however slow
  life.next({});
  life.next({});  // by now it is known that half an epoch is not too much to wait for
  for (const std::uint64_t uploads : {1U, 0U}) {  // the second epoch
    softgpu::reset_counts();
    const std::optional<HalfEpoch> half = life.next({});
    ASSERT_TRUE(half);
    EXPECT_GT(half->train_seconds, 0);
    EXPECT_GT(half->validation_seconds, 0);
    EXPECT_EQ(softgpu::counts().synchronisations, 1 + uploads);
    EXPECT_EQ(softgpu::counts().copies, 1 + uploads);
    EXPECT_EQ(softgpu::counts().allocations, 0U);
    EXPECT_EQ(softgpu::counts().graph_launches, 5U + 10U);
  }
}

}  // namespace
}  // namespace mayfly
