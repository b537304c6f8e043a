#include "kernels/initial_parameters.h"

#include <cmath>

namespace mayfly {

float initial_bound(const Conv2dShape& shape) {
  return static_cast<float>(1.0 / std::sqrt(static_cast<double>(shape.fan_in())));
}

void draw_parameters(const Conv2dShape& shape, std::uint32_t seed, std::uint32_t layer,
                     std::span<float> weights, std::span<float> biases) {
  const float bound = initial_bound(shape);
  DrawSequence draws(seed, Stream::init, {.layer = layer});
  const auto fill = [&](std::span<float> values) {
    for (float& value : values) value = initial_value(draws.next(), bound);
  };
  fill(weights);
  fill(biases);
}

}  // namespace mayfly
