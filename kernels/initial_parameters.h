// Initial parameters: weights and biases both U(-bound, bound), bound = 1/sqrt(fan_in), PyTorch's default
// (kernels/arithmetic.md section 9).
#pragma once

#include <cstdint>
#include <span>

#include "core/host_device.h"
#include "core/random.h"
#include "core/shape.h"

namespace mayfly {

float initial_bound(const Conv2dShape& shape);

/// The parameter that a draw makes.
MAYFLY_HOST_DEVICE inline float initial_value(std::uint32_t bits, float bound) {
  return (2.0F * unit_float(bits) - 1.0F) * bound;
}

/// Fills weights (O,I,kh,kw) and biases (O) of `layer` (convolutions, then Linears, from 0). The draws' index
/// counts the weights, then the biases.
void draw_parameters(const Conv2dShape& shape, std::uint32_t seed, std::uint32_t layer,
                     std::span<float> weights, std::span<float> biases);

}  // namespace mayfly
