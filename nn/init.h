// Initial parameters: weights and biases both U(-bound, bound), bound = 1/sqrt(fan_in), PyTorch's default
// (kernels/arithmetic.md section 9).
#pragma once

#include <cstdint>
#include <span>

#include "core/shape.h"

namespace mayfly {

/// Fills weights (O,I,kh,kw) and biases (O) of `layer` (convolutions, then Linears, from 0).
void draw_parameters(const Conv2dShape& shape, std::uint32_t seed, std::uint32_t layer,
                     std::span<float> weights, std::span<float> biases);

}  // namespace mayfly
