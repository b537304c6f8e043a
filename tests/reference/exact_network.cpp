#include "tests/reference/exact_network.h"

#include <algorithm>
#include <utility>

namespace mayfly::exact {
namespace {

struct LayerParameters {
  Floats weights;
  Floats bias;
};

/// The parameters of `layer`, which begin at `at`.
LayerParameters parameters_of(const Conv2dShape& layer, const Floats& all, std::size_t at) {
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(at);
  const auto bias = begin + static_cast<std::ptrdiff_t>(layer.weight_count());
  return {Floats(begin, bias), Floats(bias, bias + layer.out_channels)};
}

/// Where each layer's parameters begin.
std::vector<std::size_t> places_of(const NetworkShapes& shapes) {
  std::vector<std::size_t> places;
  std::size_t at = 0;
  for (const LayerShape& layer : shapes.layers) {
    places.push_back(at);
    at += static_cast<std::size_t>(layer.conv.weight_count() + layer.conv.out_channels);
  }
  return places;
}

DropoutShape dropout_shape(const LayerShape& layer, bool element_dropout) {
  return {.batch = layer.conv.batch,
          .channels = layer.conv.out_channels,
          .per_element = element_dropout && !layer.linear,
          .full_height = layer.full_output.height,
          .full_width = layer.full_output.width,
          .height = layer.conv.out_height,
          .width = layer.conv.out_width};
}

}  // namespace

ExactNetwork::ExactNetwork(const NetworkSpec& network_spec, ImageShape image)
    : spec(network_spec),
      shapes(network_shapes(network_spec, image)),
      pixel_table(pixel_table_half(image.channels)) {
  for (std::size_t i = 0; i < shapes.layers.size(); ++i) {
    const Floats drawn =
        initial_parameters(shapes.layers[i].conv, spec.random_seed, static_cast<std::uint32_t>(i));
    parameters.insert(parameters.end(), drawn.begin(), drawn.end());
  }
  gradients.resize(parameters.size());
  momentum.resize(parameters.size());
}

Floats ExactNetwork::normalised(std::span<const std::uint8_t> images) const {
  const Conv2dShape& first = shapes.layers.front().conv;
  const std::size_t plane = static_cast<std::size_t>(first.height) * first.width;
  Floats x;
  for (std::size_t i = 0; i < images.size(); ++i)
    x.push_back(pixel_table[i / plane % first.in_channels * 256 + images[i]]);
  return x;
}

Floats ExactNetwork::forward(std::span<const std::uint8_t> images, bool training) {
  const std::vector<std::size_t> places = places_of(shapes);
  trace.clear();
  Floats x = normalised(images);
  for (std::size_t i = 0; i < shapes.layers.size(); ++i) {
    const LayerShape& layer = shapes.layers[i];
    const auto [weights, bias] = parameters_of(layer.conv, parameters, places[i]);
    LayerTrace t{.input = x};
    t.before_relu = add_bias(layer.conv, conv2d(layer.conv, x, weights), bias);
    t.activations = layer.relu ? relu(t.before_relu) : t.before_relu;
    if (training && layer.dropout_rate > 0) {
      t.kept = dropout_mask(dropout_shape(layer, element_dropout), layer.dropout_rate, spec.random_seed,
                            static_cast<std::uint32_t>(i), step, epoch);
      t.activations = dropout(t.kept, dropout_scale(layer.dropout_rate), t.activations);
    }
    t.output = t.activations;
    if (layer.pool) {
      Pooled pooled = max_pool2d(*layer.pool, t.activations);
      t.output = pooled.values;
      t.winners = pooled.winners;
    }
    x = t.output;
    trace.push_back(std::move(t));
  }
  return x;
}

void ExactNetwork::backward(Floats gradient) {
  const std::vector<std::size_t> places = places_of(shapes);
  for (std::size_t i = shapes.layers.size(); i-- > 0;) {
    const LayerShape& layer = shapes.layers[i];
    const LayerTrace& t = trace[i];
    if (layer.pool) gradient = max_pool2d_gradient(*layer.pool, t.activations, gradient);
    if (!t.kept.empty()) gradient = dropout(t.kept, dropout_scale(layer.dropout_rate), gradient);
    if (layer.relu) gradient = relu_gradient(t.before_relu, gradient);
    Floats layer_gradients = conv2d_weight_gradient(layer.conv, t.input, gradient);
    const Floats bias = bias_gradient(layer.conv, gradient);
    layer_gradients.insert(layer_gradients.end(), bias.begin(), bias.end());
    std::copy(layer_gradients.begin(), layer_gradients.end(),
              gradients.begin() + static_cast<std::ptrdiff_t>(places[i]));
    if (i > 0)
      gradient = conv2d_data_gradient(layer.conv, gradient,
                                      parameters_of(layer.conv, parameters, places[i]).weights);
  }
}

Loss ExactNetwork::train_step(std::span<const std::uint8_t> images,
                              const std::vector<std::uint32_t>& labels) {
  const Floats logits = forward(images, true);
  const Conv2dShape& last = shapes.layers.back().conv;
  Loss loss = softmax_cross_entropy(last.batch, last.out_channels, logits, labels);
  backward(loss.gradient);
  sgd({.learning_rate = spec.sgd.learning_rate,
       .momentum = spec.sgd.momentum,
       .dampening = spec.sgd.dampening,
       .weight_decay = spec.sgd.weight_decay},
      updates == 0, gradients, parameters, momentum);
  ++step;
  ++updates;
  return loss;
}

Loss ExactNetwork::evaluate_step(std::span<const std::uint8_t> images,
                                 const std::vector<std::uint32_t>& labels) {
  const Floats logits = forward(images, false);
  const Conv2dShape& last = shapes.layers.back().conv;
  ++step;
  return softmax_cross_entropy(last.batch, last.out_channels, logits, labels);
}

}  // namespace mayfly::exact
