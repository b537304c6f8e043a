#include "generator/estimate.h"

#include <gtest/gtest.h>

#include "tests/generator/plans.h"

namespace mayfly {
namespace {

using testing_plans::fashion_mnist;
using testing_plans::plan_of;

/// One 3x3 convolution of 1 to 8 channels on 4x4 images, pooling 2x2, then 10 classes.
NetworkShapes small_network() {
  const NetworkSpec spec{
      .batch_size = 10,
      .conv_blocks =
          {{.out_channels = 8, .kernel_size = 3, .padding = 1, .relu = true, .pool = PoolSpec{2, 2, 0}}},
      .classes = 10};
  return network_shapes(spec, {1, 4, 4});
}

// Useful taps along an axis of 4 with kernel 3 and padding 1: 2 + 3 + 3 + 2 = 10.
constexpr double kConvMacs = 10 * 10 * 8;
constexpr double kLinearMacs = 8 * 2 * 2 * 10;

TEST(Estimate, CountsWhatIsComputed) {
  const Estimate counts = estimate(small_network(), {}, {100, 20}, 1);
  EXPECT_EQ(counts.parameters, 8 * 9 + 8 + 320 + 10);
  EXPECT_EQ(counts.useful_macs_per_image, kConvMacs + kLinearMacs);
  EXPECT_EQ(counts.nominal_macs_per_image, 16 * 9 * 8 + kLinearMacs);
}

TEST(Estimate, MemoryHoldsParametersActivationsAndWinners) {
  const std::int64_t stored = 16 * (9 + 1) + 16 * (32 + 1);  // of 8 and of 10 channels
  const std::int64_t parameters = 4 * 3 * stored;
  const std::int64_t images = 4 * 6 * 6 * 10;
  const std::int64_t activations = 4 * (16 * 8 + 2 * 2 * 8 + 10) * 10;
  const std::int64_t winners = (4 + 2) * 2 * 8 * 10;
  const std::int64_t gradients = 2 * 4 * (16 * 8) * 10;
  const std::int64_t transposed = 4 * 16 * 10;  // of the Linear layer, one tap
  const std::int64_t small_things = 1 << 17;
  const std::int64_t training =
      parameters + images + activations + winners + gradients + transposed + small_things;
  EXPECT_EQ(training_memory(small_network(), {.momentum = 0.9}), training);
  EXPECT_EQ(training_memory(small_network(), {.momentum = 0}), training - 4 * stored);
}

TEST(Estimate, ACheckpointTakesACopyOfParametersAndMomentum) {
  const NetworkShapes shapes = small_network();
  const std::int64_t copy = 4 * shapes.parameter_count();
  for (const double momentum : {0.0, 0.5})
    EXPECT_EQ(estimate_memory(shapes, {.momentum = momentum}),
              training_memory(shapes, {.momentum = momentum}) + (momentum != 0 ? 2 * copy : copy));
}

TEST(Estimate, MemoryHoldsDropoutMasks) {
  NetworkShapes shapes = small_network();
  const std::int64_t without = training_memory(shapes, {});
  EXPECT_EQ(element_mask_bytes(shapes), 0);
  shapes.layers.front().dropout_rate = 0.5;
  EXPECT_EQ(training_memory(shapes, {}) - without, 4 * 10 * 8);
  EXPECT_EQ(element_mask_bytes(shapes), 4 * 10 * 8 * 16);
}

/// Rates at which only one thing costs anything.
MachineRates free_rates() {
  constexpr double kFree = 1e300;
  return {.flops_per_second = kFree,
          .elements_per_second = kFree,
          .comparisons_per_second = kFree,
          .parameters_per_second = kFree,
          .seconds_per_batch = 0,
          .vector_columns = 1};
}

TEST(Estimate, TrainingTakesThreePassesButForTheFirstLayersDataGradient) {
  MachineRates rates = free_rates();
  rates.flops_per_second = 2;  // a multiply-add a second
  const double training = 100 * (2 * kConvMacs + 3 * kLinearMacs);
  const double validation = 2 * 20 * (kConvMacs + kLinearMacs);
  EXPECT_DOUBLE_EQ(estimate_seconds(small_network(), {100, 20}, 1, rates), training + validation);
  EXPECT_DOUBLE_EQ(estimate_seconds(small_network(), {100, 20}, 2.5, rates), 2.5 * (training + validation));
  // The last incomplete batches are left out.
  EXPECT_DOUBLE_EQ(estimate_seconds(small_network(), {109, 29}, 1, rates), training + validation);
}

TEST(Estimate, NarrowProductsCostAWholeVector) {
  MachineRates rates = free_rates();
  rates.flops_per_second = 2;
  rates.vector_columns = 16;
  const double forward = 2 * kConvMacs + 1.6 * kLinearMacs;
  const double data_gradient = 2 * kLinearMacs;  // of 8 channels
  EXPECT_DOUBLE_EQ(estimate_seconds(small_network(), {100, 0}, 1, rates),
                   100 * (2 * forward + data_gradient));
}

TEST(Estimate, CountsBatchesAndPassesOfSgd) {
  MachineRates rates = free_rates();
  rates.seconds_per_batch = 1;
  EXPECT_NEAR(estimate_seconds(small_network(), {100, 20}, 3, rates), 3 * (10 + 2 * 2), 1e-9);
  rates = free_rates();
  rates.parameters_per_second = 410;
  EXPECT_NEAR(estimate_seconds(small_network(), {100, 20}, 3, rates), 3 * 10, 1e-9);
  rates = free_rates();
  rates.comparisons_per_second = (4 + 2) * 2 * 2 * 8;  // an image a second, one way
  EXPECT_NEAR(estimate_seconds(small_network(), {100, 20}, 1, rates), 2 * 100 + 2 * 20, 1e-9);
}

// What preset `laptop` is chosen for, at the rates it was chosen with.
TEST(Estimate, LaptopNetworksTakeMinutes) {
  const MachineRates rates{.flops_per_second = 85e9,
                           .elements_per_second = 2e9,
                           .comparisons_per_second = 6e9,
                           .parameters_per_second = 1e9,
                           .seconds_per_batch = 20e-6,
                           .vector_columns = 8};
  const SamplingPlan plan = plan_of("laptop", fashion_mnist());
  constexpr int kNetworks = 1000;
  double sum = 0;
  int within = 0;
  for (std::uint32_t i = 0; i < kNetworks; ++i) {
    const double seconds = estimate_seconds(sample_network(plan, i).shapes, {60000, 10000}, 40, rates);
    sum += seconds;
    within += seconds < 180;
  }
  EXPECT_GT(sum / kNetworks, 40);
  EXPECT_LT(sum / kNetworks, 120);
  EXPECT_GT(within, kNetworks * 90 / 100);
}

}  // namespace
}  // namespace mayfly
