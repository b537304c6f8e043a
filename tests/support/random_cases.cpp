#include "tests/support/random_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/network_shapes.h"

namespace mayfly {
namespace {

int kept_rows(int rows, int outputs, int kernel_size, int stride, int padding) {
  return std::min(rows, std::max(1, (outputs - 1) * stride - padding + kernel_size));
}

int random_channels(CaseRandom& random) {
  if (random.chance(0.2)) return 1;
  if (random.chance(0.05)) return random.between(500, 600);  // more terms in a tap than a chunk holds
  if (random.chance(0.2)) return random.between(60, 150);
  return random.between(1, 40);
}

int random_batch(CaseRandom& random) {
  return random.chance(0.1) ? random.between(10, 40) : random.between(1, 7);
}

/// Kernel, stride and padding as the generator draws them, and sometimes a stride beyond the kernel.
void draw_window(CaseRandom& random, int rows, Conv2dShape& shape) {
  shape.padding = random.chance(0.3) ? 0 : random.between(0, 5);
  const int largest = random.chance(0.2) ? rows + 2 * shape.padding : rows;
  shape.kernel_size = random.chance(0.2) ? largest : random.between(1, std::min(largest, 12));
  shape.stride = random.chance(0.15) ? shape.kernel_size + random.between(1, 3)
                                     : random.between(1, std::min(shape.kernel_size, 5));
}

void crop(CaseRandom& random, Conv2dShape& shape) {
  if (random.chance(0.5)) return;
  shape.out_height = random.between(1, shape.out_height);
  shape.out_width = random.between(1, shape.out_width);
  if (shape.input_is_image) return;
  shape.height = kept_rows(shape.height, shape.out_height, shape.kernel_size, shape.stride, shape.padding);
  shape.width = kept_rows(shape.width, shape.out_width, shape.kernel_size, shape.stride, shape.padding);
}

Conv2dShape any_conv2d(CaseRandom& random) {
  Conv2dShape shape{.batch = random_batch(random),
                    .in_channels = random_channels(random),
                    .height = random.chance(0.1) ? 1 : random.between(1, 20),
                    .out_channels = random_channels(random),
                    .input_is_image = random.chance(0.25)};
  shape.width = random.chance(0.2) ? random.between(1, 20) : shape.height;
  if (shape.input_is_image) shape.in_channels = random.chance(0.5) ? 3 : random.between(1, 4);
  draw_window(random, std::min(shape.height, shape.width), shape);
  shape.out_height = output_size(shape.height, shape.kernel_size, shape.stride, shape.padding);
  shape.out_width = output_size(shape.width, shape.kernel_size, shape.stride, shape.padding);
  crop(random, shape);
  return shape;
}

PoolSpec any_pool(CaseRandom& random, int rows) {
  PoolSpec pool{.kernel_size = random.between(1, rows)};
  pool.stride = random.chance(0.1) ? pool.kernel_size + random.between(1, 2)
                                   : random.between(1, std::min(pool.kernel_size, 4));
  pool.padding = random.between(0, pool.kernel_size / 2);
  return pool;
}

ConvBlockSpec any_block(CaseRandom& random, int rows) {
  Conv2dShape window;
  draw_window(random, rows, window);
  ConvBlockSpec block{.out_channels = random.between(1, 20),
                      .kernel_size = window.kernel_size,
                      .stride = window.stride,
                      .padding = window.padding,
                      .relu = random.chance(0.6),
                      .dropout = random.chance(0.5)};
  const int after = output_size(rows, block.kernel_size, block.stride, block.padding);
  if (random.chance(0.6)) block.pool = any_pool(random, after);
  return block;
}

SgdSpec any_sgd(CaseRandom& random) {
  return {.learning_rate = 0.01 + random.between(0, 100) * 0.001,
          .momentum = random.chance(0.5) ? random.between(1, 95) * 0.01 : 0,
          .dampening = random.chance(0.5) ? random.between(1, 95) * 0.01 : 0,
          .weight_decay = random.chance(0.5) ? random.between(1, 95) * 0.001 : 0};
}

NetworkCase any_network(CaseRandom& random) {
  const int side = random.between(1, 14);
  NetworkCase network{.image = {random.chance(0.5) ? 3 : 1, side, side}};
  NetworkSpec& spec = network.spec;
  spec.random_seed = static_cast<std::uint32_t>(random.between(0, 1 << 30));
  spec.batch_size = random.between(1, 8);
  spec.sgd = any_sgd(random);
  spec.dropout_rate = random.between(1, 7) * 0.1;
  spec.fc_dropout_rate = random.chance(0.5) ? random.between(1, 7) * 0.1 : 0;
  int rows = side;
  for (int blocks = random.between(0, 4); blocks > 0; --blocks) {
    const ConvBlockSpec block = any_block(random, rows);
    spec.conv_blocks.push_back(block);
    rows = output_size(rows, block.kernel_size, block.stride, block.padding);
    if (block.pool)
      rows = output_size(rows, block.pool->kernel_size, block.pool->stride, block.pool->padding);
  }
  for (int hidden = random.between(0, 3); hidden > 0; --hidden)
    spec.hidden_linears.push_back({.out_features = random.between(1, 50), .dropout = random.chance(0.5)});
  spec.classes = random.between(2, 20);
  return network;
}

}  // namespace

float CaseRandom::special_value() {
  using Limits = std::numeric_limits<float>;
  constexpr float kValues[] = {Limits::quiet_NaN(),
                               Limits::infinity(),
                               -Limits::infinity(),
                               0.0F,
                               -0.0F,
                               Limits::max(),
                               Limits::min(),
                               -Limits::min(),
                               Limits::denorm_min(),
                               1e-40F,
                               -Limits::denorm_min(),
                               1.0F};
  return kValues[between(0, static_cast<int>(std::size(kValues)) - 1)];
}

std::vector<float> random_floats(CaseRandom& random, std::size_t count, double special) {
  std::vector<float> values(count);
  for (float& v : values) v = special > 0 && random.chance(special) ? random.special_value() : random.value();
  return values;
}

Conv2dShape random_conv2d(CaseRandom& random, std::int64_t max_macs) {
  for (;;) {
    const Conv2dShape shape = any_conv2d(random);
    if (useful_macs(shape) * shape.batch <= max_macs) return shape;
  }
}

Pool2dShape random_pool2d(CaseRandom& random) {
  Pool2dShape shape{.batch = random_batch(random),
                    .channels = random.between(1, 40),
                    .height = random.chance(0.1) ? 1 : random.between(1, 20)};
  shape.width = random.chance(0.2) ? random.between(1, 20) : shape.height;
  const PoolSpec pool = any_pool(random, std::min(shape.height, shape.width));
  shape.kernel_size = pool.kernel_size;
  shape.stride = pool.stride;
  shape.padding = pool.padding;
  shape.out_height = output_size(shape.height, pool.kernel_size, pool.stride, pool.padding);
  shape.out_width = output_size(shape.width, pool.kernel_size, pool.stride, pool.padding);
  if (random.chance(0.5)) return shape;
  shape.out_height = random.between(1, shape.out_height);
  shape.out_width = random.between(1, shape.out_width);
  shape.height = kept_rows(shape.height, shape.out_height, pool.kernel_size, pool.stride, pool.padding);
  shape.width = kept_rows(shape.width, shape.out_width, pool.kernel_size, pool.stride, pool.padding);
  return shape;
}

NetworkCase random_network(CaseRandom& random, std::int64_t max_macs) {
  for (;;) {
    const NetworkCase network = any_network(random);
    const NetworkShapes shapes = network_shapes(network.spec, network.image);
    if (shapes.nominal_macs_per_image() * network.spec.batch_size <= max_macs) return network;
  }
}

std::vector<std::uint8_t> random_pixels(CaseRandom& random, std::size_t count) {
  std::vector<std::uint8_t> pixels(count);
  for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(random.between(0, 255));
  return pixels;
}

std::vector<std::uint32_t> random_labels(CaseRandom& random, int count, int classes) {
  std::vector<std::uint32_t> labels(static_cast<std::size_t>(count));
  for (std::uint32_t& label : labels) label = static_cast<std::uint32_t>(random.between(0, classes - 1));
  return labels;
}

std::string describe(const Conv2dShape& s) {
  return fmt::format("batch {}, in {}x{}x{}, out {}x{}x{}, kernel {}, stride {}, padding {}{}", s.batch,
                     s.in_channels, s.height, s.width, s.out_channels, s.out_height, s.out_width,
                     s.kernel_size, s.stride, s.padding, s.input_is_image ? ", image" : "");
}

std::string describe(const Pool2dShape& s) {
  return fmt::format("batch {}, channels {}, in {}x{}, out {}x{}, kernel {}, stride {}, padding {}", s.batch,
                     s.channels, s.height, s.width, s.out_height, s.out_width, s.kernel_size, s.stride,
                     s.padding);
}

std::string describe(const NetworkCase& network) {
  const NetworkSpec& spec = network.spec;
  std::string text =
      fmt::format("image {}x{}x{}, batch {}, classes {}, seed {}", network.image.channels,
                  network.image.height, network.image.width, spec.batch_size, spec.classes, spec.random_seed);
  for (const ConvBlockSpec& b : spec.conv_blocks) {
    text += fmt::format("; conv {} k{} s{} p{} type {}", b.out_channels, b.kernel_size, b.stride, b.padding,
                        b.layer_type());
    if (b.pool)
      text += fmt::format(" pool k{} s{} p{}", b.pool->kernel_size, b.pool->stride, b.pool->padding);
  }
  for (const HiddenLinearSpec& h : spec.hidden_linears) text += fmt::format("; linear {}", h.out_features);
  return text;
}

}  // namespace mayfly
