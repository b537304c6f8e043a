#include "nn/layer.h"

#include <algorithm>

namespace mayfly {
namespace {

constexpr std::size_t kAlignFloats = 16;

DropoutShape dropout_shape(const LayerShape& shape, bool element_dropout) {
  return {.batch = shape.conv.batch,
          .channels = shape.conv.out_channels,
          .per_element = element_dropout && !shape.linear,
          .full_height = shape.full_output.height,
          .full_width = shape.full_output.width,
          .height = shape.conv.out_height,
          .width = shape.conv.out_width};
}

Buffer allocate_map(Backend& backend, int positions, int batch, int channels) {
  return backend.allocate(backend.map_floats(positions, batch, channels) * sizeof(float));
}

}  // namespace

Layer::Layer(Backend& backend, const LayerShape& shape, std::uint32_t index, ParameterPlace place,
             bool element_dropout)
    : backend_(backend),
      shape_(shape),
      index_(index),
      place_(place),
      dropout_(dropout_shape(shape, element_dropout)),
      conv_(backend.make_conv2d(shape.conv)),
      activations_(
          allocate_map(backend, shape.conv.out_positions(), shape.conv.batch, shape.conv.out_channels)) {
  place_.bias = place_.weights + conv_->weight_floats();
  if (shape.pool) {
    pool_ = backend.make_max_pool2d(*shape.pool);
    pooled_ = backend.allocate(pooled_floats() * sizeof(float));
    winners_ = backend.allocate(pool_->winner_bytes());
  }
  if (shape.dropout_rate > 0) {
    const int positions = dropout_.per_element ? shape.conv.out_positions() : 1;
    mask_ = allocate_map(backend, positions, shape.conv.batch, shape.conv.out_channels);
  }
}

std::size_t Layer::bias_floats(const LayerShape& shape) {
  return (static_cast<std::size_t>(shape.conv.out_channels) + kAlignFloats - 1) / kAlignFloats * kAlignFloats;
}

std::size_t Layer::pooled_floats() const {
  const Pool2dShape& pool = *shape_.pool;
  return backend_.map_floats(pool.out_height * pool.out_width, pool.batch, pool.channels);
}

std::size_t Layer::gradient_floats() const {
  const Conv2dShape& conv = shape_.conv;
  std::size_t floats = backend_.map_floats(conv.out_positions(), conv.batch, conv.out_channels);
  if (!conv.input_is_image)
    floats = std::max(floats, backend_.map_floats(conv.height * conv.width, conv.batch, conv.in_channels));
  if (shape_.pool)  // with padding larger than the map before it
    floats = std::max(floats, pooled_floats());
  return floats;
}

Activation Layer::activation(bool training) const {
  const bool drops = training && shape_.dropout_rate > 0;
  return {.relu = shape_.relu,
          .mask = drops ? mask_.floats() : nullptr,
          .mask_per_position = dropout_.per_element};
}

void Layer::initialise(const Arenas& arenas, std::uint32_t seed) {
  conv_->initialise(seed, index_, arenas.parameters + place_.weights, arenas.parameters + place_.bias);
}

void Layer::forward(const float* x, const Arenas& arenas, bool training, std::uint32_t dropout_seed) {
  if (training && shape_.dropout_rate > 0)
    backend_.dropout_mask(dropout_, shape_.dropout_rate, dropout_seed, index_, mask_.floats());
  conv_->forward(x, arenas.parameters + place_.weights, arenas.parameters + place_.bias, activation(training),
                 activations_.floats());
  if (pool_) pool_->forward(activations_.floats(), pooled_.floats(), winners_.data());
}

float* Layer::backward(const float* x, const Arenas& arenas, float* gradient, float* other, bool want_dx,
                       const SgdScalars* sgd) {
  if (pool_) {
    pool_->backward(gradient, winners_.data(), other);
    std::swap(gradient, other);
  }
  backend_.activation_backward(shape_.conv, activation(true), activations_.floats(), gradient,
                               arenas.gradients + place_.bias);
  if (want_dx) conv_->data_gradient(gradient, arenas.parameters + place_.weights, other);
  if (sgd == nullptr)
    conv_->weight_gradient(x, gradient, arenas.gradients + place_.weights);
  else
    update(x, arenas, gradient, *sgd);
  return other;
}

void Layer::update(const float* x, const Arenas& arenas, const float* gradient, const SgdScalars& sgd) {
  const auto momentum_at = [&](std::size_t place) {
    return arenas.momentum == nullptr ? nullptr : arenas.momentum + place;
  };
  conv_->update_weights(x, gradient, sgd, arenas.gradients + place_.weights,
                        arenas.parameters + place_.weights, momentum_at(place_.weights));
  backend_.sgd(sgd, bias_floats(shape_), arenas.gradients + place_.bias, arenas.parameters + place_.bias,
               momentum_at(place_.bias));
}

}  // namespace mayfly
