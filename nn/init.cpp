#include "nn/init.h"

#include <cmath>

#include "core/random.h"

namespace mayfly {

void draw_parameters(const Conv2dShape& shape, std::uint32_t seed, std::uint32_t layer,
                     std::span<float> weights, std::span<float> biases) {
  const auto bound = static_cast<float>(1.0 / std::sqrt(static_cast<double>(shape.fan_in())));
  DrawSequence draws(seed, Stream::init, {.layer = layer});
  const auto fill = [&](std::span<float> values) {
    for (float& value : values) value = (2.0F * unit_float(draws.next()) - 1.0F) * bound;
  };
  fill(weights);
  fill(biases);
}

}  // namespace mayfly
