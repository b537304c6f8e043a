// The references against each other, and against what can be known without either.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/reference/double_network.h"
#include "tests/reference/exact_network.h"
#include "tests/reference/full_maps.h"
#include "tests/reference/rounding_bounds.h"
#include "tests/support/device_array.h"
#include "tests/support/random_cases.h"

namespace mayfly {
namespace {

using double_precision::DoubleNetwork;
using double_precision::Doubles;
using exact::ExactNetwork;
using exact::Floats;

struct Batch {
  std::vector<std::uint8_t> pixels;
  std::vector<std::uint32_t> labels;
};

Batch random_batch(CaseRandom& random, const NetworkCase& network) {
  const ImageShape& image = network.image;
  const auto count =
      static_cast<std::size_t>(network.spec.batch_size) * image.channels * image.height * image.width;
  return {random_pixels(random, count), random_labels(random, network.spec.batch_size, network.spec.classes)};
}

Doubles doubles(const Floats& values) {
  return Doubles(values.begin(), values.end());
}

/// What dropout multiplies each activation of the whole map with; drawn from the exact reference.
Doubles full_mask(const LayerShape& layer, std::size_t index, const ExactNetwork& network) {
  const DropoutShape shape{.batch = layer.conv.batch,
                           .channels = layer.conv.out_channels,
                           .per_element = network.element_dropout && !layer.linear,
                           .full_height = layer.full_output.height,
                           .full_width = layer.full_output.width,
                           .height = layer.full_output.height,
                           .width = layer.full_output.width};
  Doubles mask;
  for (const bool kept : exact::dropout_mask(shape, layer.dropout_rate, network.spec.random_seed,
                                             static_cast<std::uint32_t>(index), network.step, network.epoch))
    mask.push_back(kept ? 1 / (1 - layer.dropout_rate) : 0);
  return mask;
}

/// The same network in binary64: parameters and dropout of `network`'s coming step.
DoubleNetwork in_double(const NetworkCase& c, const ExactNetwork& network) {
  DoubleNetwork in_double(c.spec, c.image);
  in_double.parameters = doubles(network.parameters);
  for (std::size_t l = 0; l < in_double.layers.size(); ++l)
    if (network.shapes.layers[l].dropout_rate > 0)
      in_double.layers[l].mask = full_mask(network.shapes.layers[l], l, network);
  return in_double;
}

Doubles images_of(const Batch& batch) {
  Doubles x;
  for (const std::uint8_t pixel : batch.pixels)
    x.push_back(static_cast<float>((pixel / 255.0F - 0.5F) / 0.5F));
  return x;
}

/// `network` (its last step) made the choices of DoubleNetwork::decisions(); it must hold whole maps.
std::vector<std::size_t> decisions_of(const ExactNetwork& network) {
  std::vector<std::size_t> all;
  for (std::size_t l = 0; l < network.trace.size(); ++l) {
    const LayerShape& layer = network.shapes.layers[l];
    if (layer.relu)
      for (const float v : network.trace[l].before_relu) all.push_back(v > 0 ? 1 : 0);
    if (!layer.pool) continue;
    const auto plane = static_cast<std::size_t>(layer.pool->height) * layer.pool->width;
    const auto outputs = static_cast<std::size_t>(layer.pool->out_height) * layer.pool->out_width;
    for (std::size_t i = 0; i < network.trace[l].winners.size(); ++i)
      all.push_back(i / outputs * plane + static_cast<std::size_t>(network.trace[l].winners[i]));
  }
  return all;
}

constexpr int kNetworks = 300;
constexpr std::int64_t kMaxMacs = 300'000;

TEST(ReferenceTest, ExactNetworksStayWithinTheRoundingBoundsOfDoublePrecision) {
  CaseRandom random(1);
  int compared = 0;
  for (int i = 0; i < kNetworks && !::testing::Test::HasFailure(); ++i) {
    const NetworkCase c = random_network(random, kMaxMacs);
    const Batch batch = random_batch(random, c);
    ExactNetwork cropped(c.spec, c.image);
    cropped.element_dropout = random.chance(0.5);
    ExactNetwork whole = cropped;
    whole.shapes = with_full_maps(whole.shapes);
    DoubleNetwork truth = in_double(c, cropped);
    truth.step(images_of(batch), batch.labels);
    const double_precision::StepBounds bounds = step_bounds(truth);
    const exact::Loss loss = cropped.train_step(batch.pixels, batch.labels);
    whole.train_step(batch.pixels, batch.labels);
    EXPECT_EQ(beyond_bounds({truth.loss.batch_loss}, {bounds.loss}, {loss.batch_loss}), "") << describe(c);
    if (decisions_of(whole) != truth.decisions()) continue;  // on the two sides of a kink
    ++compared;
    EXPECT_EQ(beyond_bounds(truth.gradients, bounds.gradients, cropped.gradients), "") << describe(c);
    EXPECT_EQ(beyond_bounds(truth.gradients, bounds.gradients, whole.gradients), "") << describe(c);
  }
  EXPECT_GT(compared, kNetworks * 9 / 10);
}

/// The rounding bounds would be no test if they were wide: most are below a thousandth of the gradient.
TEST(ReferenceTest, RoundingBoundsAreTight) {
  CaseRandom random(2);
  int tight = 0;
  for (int i = 0; i < kNetworks; ++i) {
    const NetworkCase c = random_network(random, kMaxMacs);
    const Batch batch = random_batch(random, c);
    DoubleNetwork truth = in_double(c, ExactNetwork(c.spec, c.image));
    truth.step(images_of(batch), batch.labels);
    const double_precision::StepBounds bounds = step_bounds(truth);
    double largest = 0, bound = 0;
    for (std::size_t j = 0; j < truth.gradients.size(); ++j) {
      largest = std::max(largest, std::abs(truth.gradients[j]));
      bound = std::max(bound, bounds.gradients[j]);
    }
    if (bound < 1e-3 * largest) ++tight;
  }
  EXPECT_GT(tight, kNetworks / 2);
}

/// Central difference of the loss along one parameter, or NaN where a decision changes on the way.
double difference(DoubleNetwork& network, std::size_t parameter, const Doubles& x, const Batch& batch) {
  constexpr double kStep = 1e-5;
  const double here = network.parameters[parameter];
  network.step(x, batch.labels);
  const std::vector<std::size_t> decisions = network.decisions();
  network.parameters[parameter] = here + kStep;
  const double above = network.step(x, batch.labels);
  bool smooth = network.decisions() == decisions;
  network.parameters[parameter] = here - kStep;
  const double below = network.step(x, batch.labels);
  smooth = smooth && network.decisions() == decisions;
  network.parameters[parameter] = here;
  return smooth ? (above - below) / (2 * kStep) : std::nan("");
}

TEST(ReferenceTest, GradientsOfTheDoubleNetworkAreFiniteDifferences) {
  CaseRandom random(3);
  int checked = 0, kinks = 0;
  for (int i = 0; i < 150; ++i) {
    const NetworkCase c = random_network(random, 50'000);
    const Batch batch = random_batch(random, c);
    const Doubles x = images_of(batch);
    DoubleNetwork network = in_double(c, ExactNetwork(c.spec, c.image));
    network.step(x, batch.labels);
    const Doubles gradients = network.gradients;
    for (int j = 0; j < 10; ++j) {
      const auto at = static_cast<std::size_t>(random.between(0, static_cast<int>(gradients.size()) - 1));
      const double slope = difference(network, at, x, batch);
      if (std::isnan(slope)) {
        ++kinks;
        continue;
      }
      ++checked;
      // Truncation step^2 times a third derivative of order 1; rounding of the losses 1e-16/step.
      EXPECT_NEAR(gradients[at], slope, 1e-8 * (1 + std::abs(slope))) << describe(c) << "; parameter " << at;
    }
  }
  EXPECT_GT(checked, 9 * kinks);
}

/// No element has more valid terms than one chunk holds, so that cuts cannot move with the kept positions.
bool one_chunk_each(const NetworkShapes& shapes) {
  for (const LayerShape& layer : shapes.layers) {
    const Conv2dShape& s = layer.conv;
    const int taps = s.kernel_size * s.kernel_size;
    if (s.batch * s.out_positions() > 256 || taps * s.out_channels > 256) return false;
  }
  return true;
}

bool same_maps(const NetworkShapes& a, const NetworkShapes& b) {
  for (std::size_t l = 0; l < a.layers.size(); ++l)
    if (a.layers[l].conv != b.layers[l].conv || a.layers[l].pool != b.layers[l].pool) return false;
  return true;
}

TEST(ReferenceTest, LeavingPositionsOutChangesNoLossAndNoGradientOfOneChunk) {
  CaseRandom random(4);
  int cropped_networks = 0, one_chunk = 0;
  for (int i = 0; i < 2000 && !::testing::Test::HasFailure(); ++i) {
    const NetworkCase c = random_network(random, 50'000);
    const Batch batch = random_batch(random, c);
    ExactNetwork cropped(c.spec, c.image);
    cropped.element_dropout = random.chance(0.5);
    ExactNetwork whole = cropped;
    whole.shapes = with_full_maps(whole.shapes);
    if (same_maps(whole.shapes, cropped.shapes)) continue;
    ++cropped_networks;
    const float loss = cropped.train_step(batch.pixels, batch.labels).batch_loss;
    EXPECT_EQ(bit_differences({loss}, {whole.train_step(batch.pixels, batch.labels).batch_loss}), "")
        << describe(c);
    if (!one_chunk_each(whole.shapes)) continue;
    ++one_chunk;
    EXPECT_EQ(bit_differences(whole.gradients, cropped.gradients), "") << describe(c);
  }
  EXPECT_GT(cropped_networks, 200);
  EXPECT_GT(one_chunk, 50);
}

TEST(ReferenceTest, TrainingLowersTheLoss) {
  CaseRandom random(5);
  int lower = 0;
  for (int i = 0; i < 50; ++i) {
    NetworkCase c = random_network(random, 50'000);
    c.spec.sgd = {.learning_rate = 0.05};
    const Batch batch = random_batch(random, c);
    ExactNetwork network(c.spec, c.image);
    const float before = network.evaluate_step(batch.pixels, batch.labels).batch_loss;
    for (int step = 0; step < 10; ++step) network.train_step(batch.pixels, batch.labels);
    lower += network.evaluate_step(batch.pixels, batch.labels).batch_loss < before ? 1 : 0;
  }
  EXPECT_GT(lower, 40);
}

}  // namespace
}  // namespace mayfly
