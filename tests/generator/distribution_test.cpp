// Are the draws distributed as the search space says? Fixed seed; a wrong range, an uneven choice or a
// dependence between draws fails by far.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <vector>

#include "tests/generator/plans.h"

namespace mayfly {
namespace {

using testing_plans::cifar100;
using testing_plans::plan_of;

constexpr std::uint32_t kNetworks = 8000;

const std::vector<SampledNetwork>& networks() {
  static const std::vector<SampledNetwork> sampled = [] {
    const SamplingPlan plan = plan_of("published", cifar100());
    std::vector<SampledNetwork> list;
    for (std::uint32_t i = 0; i < kNetworks; ++i) list.push_back(sample_network(plan, i));
    return list;
  }();
  return sampled;
}

/// Quantile of chi-square that an honest generator exceeds once in ten thousand times (Wilson and Hilferty).
double chi_square_limit(double degrees) {
  constexpr double kNormalQuantile = 3.719;
  const double spread = 2 / (9 * degrees);
  return degrees * std::pow(1 - spread + kNormalQuantile * std::sqrt(spread), 3);
}

/// Draws that are uniform over low..limit, counted per limit.
class UniformCounts {
 public:
  explicit UniformCounts(int low) : low_(low) {}

  void add(int limit, int value) {
    ASSERT_GE(value, low_);
    ASSERT_LE(value, limit);
    std::vector<int>& counts = by_limit_[limit];
    counts.resize(static_cast<std::size_t>(limit - low_ + 1));
    ++counts[static_cast<std::size_t>(value - low_)];
  }

  /// Over all limits with at least ten draws expected per value.
  void expect_uniform() const {
    double statistic = 0;
    double degrees = 0;
    for (const auto& [limit, counts] : by_limit_) {
      double draws = 0;
      for (const int count : counts) draws += count;
      const double expected = draws / static_cast<double>(counts.size());
      if (counts.size() < 2 || expected < 10) continue;
      for (const int count : counts) statistic += (count - expected) * (count - expected) / expected;
      degrees += static_cast<double>(counts.size()) - 1;
    }
    ASSERT_GT(degrees, 0);
    EXPECT_LT(statistic, chi_square_limit(degrees)) << degrees << " degrees of freedom";
  }

 private:
  int low_;
  std::map<int, std::vector<int>> by_limit_;
};

/// Calls visit(height of the incoming map, block, its convolution's output height) for every block.
void visit_blocks(const std::function<void(int, const ConvBlockSpec&, int)>& visit) {
  for (const SampledNetwork& network : networks()) {
    int height = 32;
    for (std::size_t i = 0; i < network.spec.conv_blocks.size(); ++i) {
      const ConvBlockSpec& block = network.spec.conv_blocks[i];
      const int output = network.shapes.layers[i].full_output.height;
      visit(height, block, output);
      height = block.pool
                   ? output_size(output, block.pool->kernel_size, block.pool->stride, block.pool->padding)
                   : output;
    }
  }
}

TEST(Distribution, KernelAndStrideAreUniformUpToTheirLimits) {
  UniformCounts kernels(1);
  UniformCounts strides(1);
  visit_blocks([&](int height, const ConvBlockSpec& block, int) {
    kernels.add(height, block.kernel_size);
    strides.add(block.kernel_size, block.stride);
  });
  kernels.expect_uniform();
  strides.expect_uniform();
}

TEST(Distribution, PaddingAndBlockTypeAreUniform) {
  UniformCounts padding(0);
  UniformCounts types(1);
  visit_blocks([&](int, const ConvBlockSpec& block, int) {
    padding.add(5, block.padding);
    types.add(7, block.layer_type());
  });
  padding.expect_uniform();
  types.expect_uniform();
}

TEST(Distribution, PoolingIsUniformUpToItsLimits) {
  UniformCounts kernels(1);
  UniformCounts strides(1);
  UniformCounts padding(0);
  visit_blocks([&](int, const ConvBlockSpec& block, int output) {
    if (!block.pool) return;
    kernels.add(output, block.pool->kernel_size);
    strides.add(block.pool->kernel_size, block.pool->stride);
    padding.add(block.pool->kernel_size / 2, block.pool->padding);
  });
  kernels.expect_uniform();
  strides.expect_uniform();
  padding.expect_uniform();
}

TEST(Distribution, LinearLayersAndBatchSizesAreUniform) {
  UniformCounts layers(1);
  UniformCounts widths(1);
  UniformCounts batches(25);
  for (const SampledNetwork& network : networks()) {
    layers.add(5, static_cast<int>(network.spec.hidden_linears.size()) + 1);
    batches.add(250, network.spec.batch_size);
    for (const HiddenLinearSpec& hidden : network.spec.hidden_linears) widths.add(400, hidden.out_features);
  }
  layers.expect_uniform();
  widths.expect_uniform();
  batches.expect_uniform();
}

/// `hits` of `trials` coins of probability 1/2, within four standard deviations.
void expect_even(double hits, double trials) {
  EXPECT_NEAR(hits, trials / 2, 4 * std::sqrt(trials / 4));
}

TEST(Distribution, SwitchesAreEven) {
  double momentum = 0, dampening = 0, both = 0, decay = 0, fc = 0, flags = 0, hidden = 0;
  for (const SampledNetwork& network : networks()) {
    const NetworkSpec& spec = network.spec;
    momentum += spec.sgd.momentum > 0;
    dampening += spec.sgd.dampening > 0;
    both += spec.sgd.momentum > 0 && spec.sgd.dampening > 0;
    decay += spec.sgd.weight_decay > 0;
    fc += spec.fc_dropout_rate > 0;
    if (spec.fc_dropout_rate == 0) continue;
    hidden += static_cast<double>(spec.hidden_linears.size());
    for (const HiddenLinearSpec& layer : spec.hidden_linears) flags += layer.dropout;
  }
  expect_even(momentum, kNetworks);
  expect_even(dampening, kNetworks);
  expect_even(decay, kNetworks);
  expect_even(fc, kNetworks);
  expect_even(flags, hidden);
  EXPECT_NEAR(both, kNetworks / 4.0, 4 * std::sqrt(kNetworks * 3.0 / 16));  // independent
}

TEST(Distribution, ChannelsAreUniformFromOneOrFromTheInput) {
  double increasing = 0;
  std::vector<double> first;
  for (const SampledNetwork& network : networks()) {
    int channels = 3;
    bool never_fewer = true;
    for (const ConvBlockSpec& block : network.spec.conv_blocks) {
      never_fewer = never_fewer && block.out_channels >= channels;
      channels = block.out_channels;
    }
    increasing += never_fewer;
    first.push_back(network.spec.conv_blocks[0].out_channels);
  }
  // Half of them by the coin; of the others those that ascend by chance, 1/6 of three channels.
  EXPECT_NEAR(increasing / kNetworks, 0.5 + 0.5 / 6, 0.03);
  double sum = 0;
  for (const double value : first) sum += value;
  EXPECT_NEAR(sum / kNetworks, (200.5 + 201.5) / 2, 4 * 115.5 / std::sqrt(kNetworks));
}

/// Largest distance of the empirical distribution of u-values from the uniform one (Kolmogorov, Smirnov), in
/// units of 1/sqrt(n); an honest generator exceeds 2.23 once in ten thousand times.
void expect_uniform_units(std::vector<double> units) {
  std::sort(units.begin(), units.end());
  const auto count = static_cast<double>(units.size());
  double distance = 0;
  for (std::size_t i = 0; i < units.size(); ++i) {
    ASSERT_GE(units[i], -1e-12);
    ASSERT_LE(units[i], 1 + 1e-12);
    const auto below = static_cast<double>(i);
    distance = std::max({distance, units[i] - below / count, (below + 1) / count - units[i]});
  }
  EXPECT_LT(distance * std::sqrt(count), 2.23) << units.size() << " draws";
}

double log_unit(double value, double low, double high) {
  return std::log(value / low) / std::log(high / low);
}

TEST(Distribution, RatesAreLogUniform) {
  std::vector<double> learning, momentum, dampening, decay;
  for (const SampledNetwork& network : networks()) {
    const SgdSpec& sgd = network.spec.sgd;
    learning.push_back(log_unit(sgd.learning_rate - 0.01, 1e-5, 1));
    if (sgd.momentum > 0) momentum.push_back(log_unit(sgd.momentum, 1e-5, 1));
    if (sgd.dampening > 0) dampening.push_back(log_unit(sgd.dampening, 1e-5, 1));
    if (sgd.weight_decay > 0) decay.push_back(log_unit(sgd.weight_decay, 1e-5, 0.1));
  }
  expect_uniform_units(learning);
  expect_uniform_units(momentum);
  expect_uniform_units(dampening);
  expect_uniform_units(decay);
}

TEST(Distribution, DropoutRatesAreUniform) {
  std::vector<double> conv, fc;
  for (const SampledNetwork& network : networks()) {
    if (network.spec.dropout_rate > 0) conv.push_back((network.spec.dropout_rate - 0.1) / 0.6);
    if (network.spec.fc_dropout_rate > 0) fc.push_back((network.spec.fc_dropout_rate - 0.1) / 0.6);
  }
  expect_uniform_units(conv);
  expect_uniform_units(fc);
}

}  // namespace
}  // namespace mayfly
