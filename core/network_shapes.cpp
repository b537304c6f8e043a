#include "core/network_shapes.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace mayfly {
namespace {

constexpr double kLargestCount = 0x1p40;  // of elements: far beyond any memory, far below overflow
constexpr double kLargestMacs = 0x1p53;   // of a layer and image: a thousand layers stay below 2^63
constexpr double kLargestInt = 0x7fffffff;

/// Number of (output, tap) pairs along one axis whose input lies in the map.
std::int64_t useful_pairs(int input, int outputs, int kernel_size, int stride, int padding) {
  std::int64_t pairs = 0;
  for (int o = 0; o < outputs; ++o) {
    const int first = o * stride - padding;
    pairs += std::max(0, std::min(input, first + kernel_size) - std::max(0, first));
  }
  return pairs;
}

int kept_rows(int rows, int kept_outputs, int kernel_size, int stride, int padding) {
  return std::min(rows, std::max(1, (kept_outputs - 1) * stride - padding + kernel_size));
}

void require(bool holds, const std::string& what) {
  if (!holds) throw UsageError(what);
}

void check_conv(const ConvBlockSpec& block, const Conv2dShape& shape, std::size_t index) {
  const std::string name = fmt::format("convolution {}", index + 1);
  require(block.out_channels >= 1 && block.kernel_size >= 1 && block.stride >= 1 && block.padding >= 0,
          fmt::format("{}: out_channels, kernel_size and stride must be at least 1 and padding at least 0, "
                      "found {}, {}, {}, {}",
                      name, block.out_channels, block.kernel_size, block.stride, block.padding));
  require(block.out_channels <= 65536 && block.stride <= 65536 && block.padding <= 65536 &&
              block.kernel_size <= 65536,
          fmt::format("{}: out_channels {}, kernel_size {}, stride {}, padding {}: none may exceed 65536",
                      name, block.out_channels, block.kernel_size, block.stride, block.padding));
  const int smallest = std::min(shape.height, shape.width);
  require(
      block.kernel_size <= smallest + 2 * block.padding,
      fmt::format("{}: kernel_size {} exceeds its padded map of {} (input {}x{}, padding {})", name,
                  block.kernel_size, smallest + 2 * block.padding, shape.height, shape.width, block.padding));
}

void check_pool(const PoolSpec& pool, MapSize map, std::size_t index) {
  const std::string name = fmt::format("pooling of convolution {}", index + 1);
  require(
      pool.kernel_size >= 1 && pool.stride >= 1 && pool.padding >= 0,
      fmt::format("{}: kernel_size and stride must be at least 1 and padding at least 0, found {}, {}, {}",
                  name, pool.kernel_size, pool.stride, pool.padding));
  require(pool.kernel_size <= 65536 && pool.stride <= 65536,
          fmt::format("{}: kernel_size {}, stride {}: none may exceed 65536", name, pool.kernel_size,
                      pool.stride));
  require(pool.padding <= pool.kernel_size / 2,
          fmt::format("{}: padding {} exceeds half of kernel_size {}", name, pool.padding, pool.kernel_size));
  const int smallest = std::min(map.height, map.width);
  require(pool.kernel_size <= smallest + 2 * pool.padding,
          fmt::format("{}: kernel_size {} exceeds its padded map of {} (input {}x{}, padding {})", name,
                      pool.kernel_size, smallest + 2 * pool.padding, map.height, map.width, pool.padding));
}

void check_image(ImageShape image) {
  require(image.channels >= 1 && image.height >= 1 && image.width >= 1 && image.channels <= 65536 &&
              image.height <= 65536 && image.width <= 65536,
          fmt::format("image: expected 1 to 65536 channels, rows and columns, found {}x{}x{}", image.channels,
                      image.height, image.width));
}

void check_rate(double rate, const char* column) {
  require(rate >= 0 && rate < 1, fmt::format("{}: expected 0 <= rate < 1, found {}", column, rate));
}

/// Nothing that shapes and counts compute from here on overflows.
void check_counts(const LayerShape& layer, const std::string& name) {
  const Conv2dShape& conv = layer.conv;
  const double fan_in = static_cast<double>(conv.in_channels) * conv.kernel_size * conv.kernel_size;
  const double positions = static_cast<double>(layer.full_output.height) * layer.full_output.width;
  const double weights = fan_in * conv.out_channels;
  const double outputs = positions * conv.batch * conv.out_channels;
  require(weights < kLargestCount && outputs < kLargestCount && fan_in <= kLargestInt &&
              positions <= kLargestInt && weights * positions <= kLargestMacs,
          fmt::format("{}: {:.0f} weights, {:.0f} outputs a batch and {:.0f} multiply-adds an image are more "
                      "than any machine holds",
                      name, weights, outputs, weights * positions));
}

LayerShape conv_layer(const ConvBlockSpec& block, const NetworkSpec& spec, Conv2dShape shape,
                      std::size_t index) {
  check_conv(block, shape, index);
  shape.out_channels = block.out_channels;
  shape.kernel_size = block.kernel_size;
  shape.stride = block.stride;
  shape.padding = block.padding;
  shape.out_height = output_size(shape.height, block.kernel_size, block.stride, block.padding);
  shape.out_width = output_size(shape.width, block.kernel_size, block.stride, block.padding);
  LayerShape layer{.conv = shape,
                   .full_output = {shape.out_height, shape.out_width},
                   .relu = block.relu,
                   .dropout_rate = block.dropout ? spec.dropout_rate : 0};
  if (block.pool) {
    check_pool(*block.pool, layer.full_output, index);
    const PoolSpec& pool = *block.pool;
    layer.pool =
        Pool2dShape{.batch = shape.batch,
                    .channels = shape.out_channels,
                    .height = shape.out_height,
                    .width = shape.out_width,
                    .kernel_size = pool.kernel_size,
                    .stride = pool.stride,
                    .padding = pool.padding,
                    .out_height = output_size(shape.out_height, pool.kernel_size, pool.stride, pool.padding),
                    .out_width = output_size(shape.out_width, pool.kernel_size, pool.stride, pool.padding)};
  }
  check_counts(layer, fmt::format("convolution {}", index + 1));
  return layer;
}

/// Output map of a layer, after pooling.
MapSize output_map(const LayerShape& layer) {
  if (layer.pool) return {layer.pool->out_height, layer.pool->out_width};
  return {layer.conv.out_height, layer.conv.out_width};
}

LayerShape linear_layer(Conv2dShape shape, int out_features, bool relu, double dropout_rate,
                        std::size_t index) {
  require(out_features >= 1 && out_features <= 65536,
          fmt::format("Linear layer {}: expected a width of 1 to 65536, found {}", index + 1, out_features));
  require(shape.height == shape.width, fmt::format("Linear layer {}: its map must be square, found {}x{}",
                                                   index + 1, shape.height, shape.width));
  shape.out_channels = out_features;
  shape.kernel_size = shape.height;
  shape.out_height = shape.out_width = 1;
  LayerShape layer{
      .conv = shape, .full_output = {1, 1}, .relu = relu, .dropout_rate = dropout_rate, .linear = true};
  check_counts(layer, fmt::format("Linear layer {}", index + 1));
  return layer;
}

/// Input of the layer after `layer`.
Conv2dShape next_input(const LayerShape& layer) {
  const MapSize map = output_map(layer);
  return {.batch = layer.conv.batch,
          .in_channels = layer.conv.out_channels,
          .height = map.height,
          .width = map.width};
}

/// Leaves out what nothing reads: from the last map backwards, the rows and columns that the next layer
/// needs.
void keep_what_is_read(std::vector<LayerShape>& layers) {
  for (std::size_t i = layers.size() - 1; i-- > 0;) {
    LayerShape& layer = layers[i];
    Conv2dShape& conv = layer.conv;
    MapSize kept{layers[i + 1].conv.height, layers[i + 1].conv.width};
    if (layer.pool) {
      Pool2dShape& pool = *layer.pool;
      pool.out_height = kept.height;
      pool.out_width = kept.width;
      pool.height = kept_rows(pool.height, kept.height, pool.kernel_size, pool.stride, pool.padding);
      pool.width = kept_rows(pool.width, kept.width, pool.kernel_size, pool.stride, pool.padding);
      kept = {pool.height, pool.width};
    }
    conv.out_height = kept.height;
    conv.out_width = kept.width;
    if (conv.input_is_image) continue;
    conv.height = kept_rows(conv.height, kept.height, conv.kernel_size, conv.stride, conv.padding);
    conv.width = kept_rows(conv.width, kept.width, conv.kernel_size, conv.stride, conv.padding);
  }
}

}  // namespace

std::int64_t useful_macs(const Conv2dShape& s) {
  return useful_pairs(s.height, s.out_height, s.kernel_size, s.stride, s.padding) *
         useful_pairs(s.width, s.out_width, s.kernel_size, s.stride, s.padding) * s.in_channels *
         s.out_channels;
}

std::int64_t NetworkShapes::parameter_count() const {
  std::int64_t count = 0;
  for (const LayerShape& layer : layers) count += layer.conv.weight_count() + layer.conv.out_channels;
  return count;
}

std::int64_t NetworkShapes::nominal_macs_per_image() const {
  std::int64_t macs = 0;
  for (const LayerShape& layer : layers)
    macs += layer.conv.weight_count() * layer.full_output.height * layer.full_output.width;
  return macs;
}

std::int64_t NetworkShapes::useful_macs_per_image() const {
  std::int64_t macs = 0;
  for (const LayerShape& layer : layers) macs += useful_macs(layer.conv);
  return macs;
}

NetworkShapes network_shapes(const NetworkSpec& spec, ImageShape image) {
  require(spec.batch_size >= 1 && spec.batch_size <= 65536,
          fmt::format("batch_size: expected 1 to 65536, found {}", spec.batch_size));
  check_image(image);
  check_rate(spec.dropout_rate, "dropout_rate");
  check_rate(spec.fc_dropout_rate, "FC_dropout_rate");
  Conv2dShape input{.batch = spec.batch_size,
                    .in_channels = image.channels,
                    .height = image.height,
                    .width = image.width,
                    .input_is_image = true};
  NetworkShapes shapes;
  for (const ConvBlockSpec& block : spec.conv_blocks) {
    shapes.layers.push_back(conv_layer(block, spec, input, shapes.layers.size()));
    input = next_input(shapes.layers.back());
  }
  for (std::size_t i = 0; i <= spec.hidden_linears.size(); ++i) {
    const bool hidden = i < spec.hidden_linears.size();
    const double rate = hidden && spec.hidden_linears[i].dropout ? spec.fc_dropout_rate : 0;
    const int width = hidden ? spec.hidden_linears[i].out_features : spec.classes;
    shapes.layers.push_back(linear_layer(input, width, hidden, rate, i));
    input = next_input(shapes.layers.back());
  }
  keep_what_is_read(shapes.layers);
  return shapes;
}

}  // namespace mayfly
