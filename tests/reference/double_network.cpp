#include "tests/reference/double_network.h"

#include <algorithm>
#include <utility>

namespace mayfly::double_precision {
namespace {

int outputs_of(int input, int kernel_size, int stride, int padding) {
  return (input + 2 * padding - kernel_size) / stride + 1;  // all our kernels fit: no negative numerator
}

DoubleLayer conv_layer(const ConvBlockSpec& block, Conv2dShape shape) {
  shape.out_channels = block.out_channels;
  shape.kernel_size = block.kernel_size;
  shape.stride = block.stride;
  shape.padding = block.padding;
  shape.out_height = outputs_of(shape.height, block.kernel_size, block.stride, block.padding);
  shape.out_width = outputs_of(shape.width, block.kernel_size, block.stride, block.padding);
  DoubleLayer layer{.conv = shape, .relu = block.relu};
  if (!block.pool) return layer;
  const PoolSpec& pool = *block.pool;
  layer.pools = true;
  layer.pool = {.batch = shape.batch,
                .channels = shape.out_channels,
                .height = shape.out_height,
                .width = shape.out_width,
                .kernel_size = pool.kernel_size,
                .stride = pool.stride,
                .padding = pool.padding,
                .out_height = outputs_of(shape.out_height, pool.kernel_size, pool.stride, pool.padding),
                .out_width = outputs_of(shape.out_width, pool.kernel_size, pool.stride, pool.padding)};
  return layer;
}

DoubleLayer linear_layer(Conv2dShape shape, int out_features, bool relu) {
  shape.out_channels = out_features;
  shape.kernel_size = shape.height;
  shape.out_height = 1;
  shape.out_width = 1;
  return {.conv = shape, .relu = relu};
}

Conv2dShape input_after(const DoubleLayer& layer) {
  return {.batch = layer.conv.batch,
          .in_channels = layer.conv.out_channels,
          .height = layer.pools ? layer.pool.out_height : layer.conv.out_height,
          .width = layer.pools ? layer.pool.out_width : layer.conv.out_width};
}

Doubles taken(const Doubles& from, std::size_t& at, std::int64_t count) {
  const auto begin = from.begin() + static_cast<std::ptrdiff_t>(at);
  at += static_cast<std::size_t>(count);
  return Doubles(begin, begin + count);
}

}  // namespace

DoubleNetwork::DoubleNetwork(const NetworkSpec& spec, ImageShape image) {
  Conv2dShape input{
      .batch = spec.batch_size, .in_channels = image.channels, .height = image.height, .width = image.width};
  for (const ConvBlockSpec& block : spec.conv_blocks) {
    layers.push_back(conv_layer(block, input));
    input = input_after(layers.back());
  }
  for (const HiddenLinearSpec& hidden : spec.hidden_linears) {
    layers.push_back(linear_layer(input, hidden.out_features, true));
    input = input_after(layers.back());
  }
  layers.push_back(linear_layer(input, spec.classes, false));
}

Doubles DoubleNetwork::forward(Doubles x) {
  values.clear();
  std::size_t at = 0;
  for (const DoubleLayer& layer : layers) {
    LayerValues v{.input = std::move(x)};
    v.weights = taken(parameters, at, layer.conv.weight_count());
    v.bias = taken(parameters, at, layer.conv.out_channels);
    v.before_relu = conv2d(layer.conv, v.input, v.weights, v.bias);
    v.activations = v.before_relu;
    for (std::size_t i = 0; i < v.activations.size(); ++i) {
      if (layer.relu) v.activations[i] = std::max(v.activations[i], 0.0);
      if (!layer.mask.empty()) v.activations[i] *= layer.mask[i];
    }
    x = v.activations;
    if (layer.pools) {
      Pooled pooled = max_pool2d(layer.pool, v.activations);
      v.winners = std::move(pooled.winners);
      x = std::move(pooled.values);
    }
    values.push_back(std::move(v));
  }
  return x;
}

void DoubleNetwork::backward(Doubles gradient) {
  std::vector<Doubles> parts;
  for (std::size_t l = layers.size(); l-- > 0;) {
    const DoubleLayer& layer = layers[l];
    LayerValues& v = values[l];
    if (layer.pools) {
      v.pool_gradient = gradient;
      gradient = max_pool2d_gradient(layer.pool, v.winners, gradient);
    }
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      if (!layer.mask.empty()) gradient[i] *= layer.mask[i];
      if (layer.relu && v.before_relu[i] <= 0) gradient[i] = 0;
    }
    parts.push_back(bias_gradient(layer.conv, gradient));
    parts.push_back(conv2d_weight_gradient(layer.conv, v.input, gradient));
    v.gradient = gradient;
    if (l > 0) gradient = conv2d_data_gradient(layer.conv, gradient, v.weights);
  }
  gradients.clear();
  for (auto part = parts.rbegin(); part != parts.rend(); ++part)
    gradients.insert(gradients.end(), part->begin(), part->end());
}

double DoubleNetwork::step(const Doubles& x, const std::vector<std::uint32_t>& labels) {
  const Conv2dShape& last = layers.back().conv;
  loss = softmax_cross_entropy(last.batch, last.out_channels, forward(x), labels);
  backward(loss.gradient);
  return loss.batch_loss;
}

std::vector<std::size_t> DoubleNetwork::decisions() const {
  std::vector<std::size_t> all;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    if (layers[l].relu)
      for (const double v : values[l].before_relu) all.push_back(v > 0 ? 1 : 0);
    all.insert(all.end(), values[l].winners.begin(), values[l].winners.end());
  }
  return all;
}

}  // namespace mayfly::double_precision
