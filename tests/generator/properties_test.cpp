// What holds for every network of a search space.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "generator/estimate.h"
#include "tests/generator/plans.h"

namespace mayfly {
namespace {

using testing_plans::cifar100;
using testing_plans::fashion_mnist;
using testing_plans::plan_of;

class EveryNetwork : public testing::TestWithParam<std::tuple<std::string, bool>> {
 protected:
  static constexpr std::uint32_t kNetworks = 2000;
  SamplingPlan plan_ =
      plan_of(std::get<0>(GetParam()), std::get<1>(GetParam()) ? cifar100() : fashion_mnist());
  const SearchSpace& space_ = plan_.space;
  const DatasetFacts& dataset_ = plan_.datasets.front();
};

TEST_P(EveryNetwork, HasTheShapesOfItsSpecification) {
  for (std::uint32_t i = 0; i < kNetworks; ++i) {
    const SampledNetwork network = sample_network(plan_, i);
    const NetworkShapes shapes = network_shapes(network.spec, dataset_.image);
    ASSERT_EQ(shapes.layers.size(), network.shapes.layers.size()) << i;
    for (std::size_t layer = 0; layer < shapes.layers.size(); ++layer) {
      ASSERT_EQ(shapes.layers[layer].conv, network.shapes.layers[layer].conv) << i;
    }
    ASSERT_GE(shapes.useful_macs_per_image(), 0);
    ASSERT_LE(shapes.useful_macs_per_image(), shapes.nominal_macs_per_image()) << i;
    ASSERT_GE(dataset_.train_images / static_cast<std::uint64_t>(network.spec.batch_size), 2U);
  }
}

void expect_block_within(const ConvBlockSpec& block, const SearchSpace& space, int height) {
  ASSERT_LE(block.kernel_size, height);
  ASSERT_LE(block.stride, block.kernel_size);
  ASSERT_GE(block.stride, 1);
  ASSERT_GE(block.padding, space.padding.low);
  ASSERT_LE(block.padding, space.padding.high);
  ASSERT_GE(block.out_channels, space.out_channels.low);
  ASSERT_LE(block.out_channels, space.out_channels.high);
  ASSERT_NE(block.layer_type(), 0);
  if (!block.pool) return;
  const int output = output_size(height, block.kernel_size, block.stride, block.padding);
  ASSERT_LE(block.pool->kernel_size, output);
  ASSERT_LE(block.pool->stride, block.pool->kernel_size);
  ASSERT_LE(block.pool->padding, block.pool->kernel_size / 2);
}

TEST_P(EveryNetwork, HasBlocksWithinItsRanges) {
  for (std::uint32_t i = 0; i < kNetworks; ++i) {
    const NetworkSpec spec = sample_network(plan_, i).spec;
    ASSERT_GE(static_cast<int>(spec.conv_blocks.size()), space_.conv_layers.low);
    ASSERT_LE(static_cast<int>(spec.conv_blocks.size()), space_.conv_layers.high);
    int height = dataset_.image.height;
    bool drops = false;
    for (const ConvBlockSpec& block : spec.conv_blocks) {
      expect_block_within(block, space_, height);
      height = output_size(height, block.kernel_size, block.stride, block.padding);
      if (block.pool)
        height = output_size(height, block.pool->kernel_size, block.pool->stride, block.pool->padding);
      drops = drops || block.dropout;
    }
    ASSERT_EQ(spec.dropout_rate > 0, drops) << i;
    if (!drops) continue;
    ASSERT_TRUE(spec.dropout_rate >= 0.1 && spec.dropout_rate < 0.7) << spec.dropout_rate;
  }
}

TEST_P(EveryNetwork, HasLinearLayersAndRatesWithinItsRanges) {
  for (std::uint32_t i = 0; i < kNetworks; ++i) {
    const NetworkSpec spec = sample_network(plan_, i).spec;
    const int layers = static_cast<int>(spec.hidden_linears.size()) + 1;
    ASSERT_TRUE(layers >= 1 && layers <= 5) << layers;
    for (const HiddenLinearSpec& hidden : spec.hidden_linears) {
      ASSERT_TRUE(hidden.out_features >= 1 && hidden.out_features <= space_.linear_width.high);
      ASSERT_TRUE(!hidden.dropout || spec.fc_dropout_rate > 0);
    }
    ASSERT_TRUE(spec.batch_size >= space_.batch_size.low && spec.batch_size <= space_.batch_size.high);
    ASSERT_TRUE(spec.sgd.learning_rate >= 0.01001 && spec.sgd.learning_rate < 1.01) << spec.sgd.learning_rate;
    for (const double rate : {spec.sgd.momentum, spec.sgd.dampening}) {
      ASSERT_TRUE(rate == 0 || (rate >= 1e-5 && rate < 1)) << rate;
    }
    ASSERT_TRUE(spec.sgd.weight_decay == 0 || (spec.sgd.weight_decay >= 1e-5 && spec.sgd.weight_decay < 0.1));
  }
}

TEST_P(EveryNetwork, AscendsWhereIncreasingIsCertain) {
  plan_.space.increasing = 1;
  for (std::uint32_t i = 0; i < kNetworks; ++i) {
    int channels = dataset_.image.channels;
    for (const ConvBlockSpec& block : sample_network(plan_, i).spec.conv_blocks) {
      ASSERT_GE(block.out_channels, channels) << i;
      channels = block.out_channels;
    }
  }
}

TEST_P(EveryNetwork, HasAnIdOfItsOwn) {
  std::set<std::string> ids;
  for (std::uint32_t i = 0; i < kNetworks; ++i) ids.insert(sample_network(plan_, i).spec.id);
  EXPECT_EQ(ids.size(), kNetworks);
}

INSTANTIATE_TEST_SUITE_P(Spaces, EveryNetwork,
                         testing::Combine(testing::Values("published", "laptop"), testing::Bool()),
                         [](const auto& instance) {
                           return std::get<0>(instance.param) +
                                  (std::get<1>(instance.param) ? "Cifar100" : "FashionMnist");
                         });

TEST(Caps, Hold) {
  for (const DatasetFacts& dataset : {fashion_mnist(), cifar100()}) {
    SamplingPlan plan = plan_of("laptop", dataset);
    plan.space.max_memory = 30'000'000;
    RejectionCounts counts;
    for (std::uint32_t i = 0; i < 2000; ++i) {
      const SampledNetwork network = sample_network(plan, i);
      ASSERT_LE(network.shapes.useful_macs_per_image(), plan.space.max_macs_per_image);
      ASSERT_LE(estimate_memory(network.shapes, network.spec.sgd), plan.space.max_memory);
      counts += network.rejections;
    }
    EXPECT_GT(counts[Rejection::macs], 0U);  // the caps are what held them
    EXPECT_GT(counts[Rejection::memory], 0U);
  }
}

}  // namespace
}  // namespace mayfly
