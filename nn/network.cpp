#include "nn/network.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "nn/layer.h"

namespace mayfly {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::vector<Layer> make_layers(Backend& backend, const NetworkShapes& shapes, bool element_dropout) {
  std::vector<Layer> layers;
  std::size_t at = 0;
  for (const LayerShape& shape : shapes.layers) {
    layers.emplace_back(backend, shape, static_cast<std::uint32_t>(layers.size()),
                        ParameterPlace{.weights = at}, element_dropout);
    at = layers.back().end();
  }
  return layers;
}

SgdScalars scalars_of(const SgdSpec& sgd) {
  return {.learning_rate = sgd.learning_rate,
          .momentum = sgd.momentum,
          .dampening = sgd.dampening,
          .weight_decay = sgd.weight_decay};
}

std::size_t largest_gradient(const std::vector<Layer>& layers) {
  std::size_t floats = 0;
  for (const Layer& layer : layers) floats = std::max(floats, layer.gradient_floats());
  return floats;
}

}  // namespace

struct Network::Impl {
  Impl(Backend& device, const NetworkSpec& spec, ImageShape image, std::span<const float> pixel_table,
       const NetworkOptions& chosen)
      : backend(device),
        options(chosen),
        shapes(network_shapes(spec, image)),
        sgd(scalars_of(spec.sgd)),
        layers(make_layers(device, shapes, chosen.element_dropout)),
        gather(device.make_gather({spec.batch_size, image, shapes.layers.front().conv.padding}, pixel_table)),
        arena_floats(layers.back().end()),
        parameters(device.allocate(arena_floats * sizeof(float))),
        gradients(device.allocate(arena_floats * sizeof(float))),
        momentum(sgd.momentum != 0 ? device.allocate(arena_floats * sizeof(float)) : Buffer()),
        images(device.allocate(gather->image_floats() * sizeof(float))),
        labels(device.allocate(static_cast<std::size_t>(spec.batch_size) * sizeof(std::uint32_t))),
        gradient_a(device.allocate(largest_gradient(layers) * sizeof(float))),
        gradient_b(device.allocate(largest_gradient(layers) * sizeof(float))) {}

  Arenas arenas() const { return {parameters.floats(), gradients.floats(), momentum.floats()}; }
  /// Whether each layer updates its weights with their gradient, which nobody reads.
  bool updates_by_layer() const {
    return !options.keep_gradients && std::all_of(layers.begin(), layers.end(),
                                                  [](const Layer& layer) { return layer.updates_weights(); });
  }
  std::uint32_t* label_data() const { return static_cast<std::uint32_t*>(labels.data()); }
  const float* input_of(std::size_t layer) const {
    return layer == 0 ? images.floats() : layers[layer - 1].output();
  }
  std::size_t parameter_count() const { return static_cast<std::size_t>(shapes.parameter_count()); }

  void forward(bool training) {
    for (std::size_t i = 0; i < layers.size(); ++i)
      layers[i].forward(input_of(i), arenas(), training, options.seeds.dropout);
  }

  void loss(float* dlogits) {
    const Conv2dShape& last = layers.back().shape().conv;
    backend.softmax_cross_entropy(last.batch, last.out_channels, layers.back().output(), label_data(),
                                  dlogits);
  }

  void backward(const SgdScalars* update) {
    float* gradient = gradient_a.floats();
    for (std::size_t i = layers.size(); i-- > 0;) {
      float* other = gradient == gradient_a.floats() ? gradient_b.floats() : gradient_a.floats();
      gradient = layers[i].backward(input_of(i), arenas(), gradient, other, i > 0, update);
    }
  }

  void train_body(const DeviceDataset& dataset) {
    gather->run(dataset, static_cast<const std::uint32_t*>(order.data()), images.floats(), label_data());
    forward(true);
    loss(gradient_a.floats());
    const bool by_layer = updates_by_layer();
    backward(by_layer ? &sgd : nullptr);
    if (!by_layer) backend.sgd(sgd, arena_floats, gradients.floats(), parameters.floats(), momentum.floats());
    backend.advance(true);
  }

  void evaluate_body(const DeviceDataset& dataset) {
    gather->run(dataset, nullptr, images.floats(), label_data());
    forward(false);
    loss(nullptr);
    backend.advance(false);
  }

  /// Calls visit(layer, its weights, its biases) with each layer's part of `logical`, in order.
  template <class Value, class Visit>
  void for_each_part(std::span<Value> logical, const Visit& visit) {
    if (logical.size() != parameter_count())
      throw std::logic_error("network: imported parameters have the wrong size");
    for (Layer& layer : layers) {
      const auto weights = static_cast<std::size_t>(layer.shape().conv.weight_count());
      const auto biases = static_cast<std::size_t>(layer.shape().conv.out_channels);
      visit(layer, logical.first(weights), logical.subspan(weights, biases));
      logical = logical.subspan(weights + biases);
    }
  }

  /// An arena in logical order, NaNs canonical.
  std::vector<float> export_arena(const Buffer& arena) {
    std::vector<float> logical(parameter_count());
    for_each_part(std::span<float>(logical),
                  [&](Layer& layer, std::span<float> weights, std::span<float> biases) {
                    layer.conv().export_weights(arena.floats() + layer.place().weights, weights);
                    backend.download(arena.floats() + layer.place().bias, biases.data(), biases.size_bytes());
                    std::replace_if(
                        biases.begin(), biases.end(), [](float v) { return std::isnan(v); }, kNan);
                  });
    return logical;
  }

  void import_arena(std::span<const float> logical, Buffer& arena) {
    for_each_part(logical, [&](Layer& layer, std::span<const float> weights, std::span<const float> biases) {
      layer.conv().import_weights(weights, arena.floats() + layer.place().weights);
      backend.upload(biases.data(), arena.floats() + layer.place().bias, biases.size_bytes());
    });
  }

  Backend& backend;
  NetworkOptions options;
  NetworkShapes shapes;
  SgdScalars sgd;
  std::vector<Layer> layers;
  std::unique_ptr<Gather> gather;
  std::size_t arena_floats;
  Buffer parameters, gradients, momentum;
  Buffer images, labels, order;
  Buffer gradient_a, gradient_b;  // gradients pass from layer to layer through these two
  const DeviceDataset* recorded_training = nullptr;
  const DeviceDataset* recorded_evaluation = nullptr;
  std::function<void()> train, evaluate;
};

Network::Network(Backend& backend, const NetworkSpec& spec, ImageShape image,
                 std::span<const float> pixel_table, const NetworkOptions& options)
    : impl_(std::make_unique<Impl>(backend, spec, image, pixel_table, options)) {}

Network::~Network() = default;

void Network::initialise() {
  for (Layer& layer : impl_->layers) layer.initialise(impl_->arenas(), impl_->options.seeds.init);
  impl_->backend.set_counters({});
}

void Network::set_order(std::span<const std::uint32_t> order) {
  if (order.size_bytes() > impl_->order.bytes()) {
    impl_->order = impl_->backend.allocate(order.size_bytes());
    impl_->recorded_training = nullptr;
  }
  impl_->backend.upload(order.data(), impl_->order.data(), order.size_bytes());
}

void Network::train_step(const DeviceDataset& dataset) {
  if (impl_->recorded_training != &dataset) {
    impl_->train = impl_->backend.record([impl = impl_.get(), &dataset] { impl->train_body(dataset); });
    impl_->recorded_training = &dataset;
  }
  impl_->train();
}

void Network::evaluate_step(const DeviceDataset& dataset) {
  if (impl_->recorded_evaluation != &dataset) {
    impl_->evaluate = impl_->backend.record([impl = impl_.get(), &dataset] { impl->evaluate_body(dataset); });
    impl_->recorded_evaluation = &dataset;
  }
  impl_->evaluate();
}

std::vector<float> Network::export_parameters() {
  return impl_->export_arena(impl_->parameters);
}

void Network::import_parameters(std::span<const float> logical) {
  impl_->import_arena(logical, impl_->parameters);
}

std::vector<float> Network::export_momentum() {
  if (impl_->sgd.momentum == 0) return {};
  return impl_->export_arena(impl_->momentum);
}

void Network::import_momentum(std::span<const float> logical) {
  if (impl_->sgd.momentum != 0)
    impl_->import_arena(logical, impl_->momentum);
  else if (!logical.empty())
    throw std::logic_error("network: momentum imported where it is off");
}

std::vector<float> Network::export_gradients() {
  if (!impl_->options.keep_gradients) throw std::logic_error("network: its gradients are not kept");
  return impl_->export_arena(impl_->gradients);
}

bool Network::hopelessly_diverged() {
  const Layer& last = impl_->layers.back();
  std::vector<float> biases(static_cast<std::size_t>(last.shape().conv.out_channels));
  impl_->backend.download(impl_->parameters.floats() + last.place().bias, biases.data(),
                          biases.size() * sizeof(float));
  return std::all_of(biases.begin(), biases.end(), [](float b) { return std::isnan(b); });
}

const NetworkShapes& Network::shapes() const {
  return impl_->shapes;
}

}  // namespace mayfly
