// Initial parameters of a convolution or Linear layer (kernels/arithmetic.md section 9), drawn where they
// lie.
#pragma once

#include <cstdint>

#include "core/shape.h"
#include "kernels/cuda/context.h"
#include "kernels/cuda/weights.h"

namespace mayfly::cuda {

/// Which draws: those of this layer of a network with this seed.
struct InitialDraws {
  std::uint32_t seed = 0;
  std::uint32_t layer = 0;
};

/// Overwrites `weights`, the layout's padding included, and the biases (out_channels).
void initialise(const Context& context, const Conv2dShape& shape, const WeightLayout& layout,
                const InitialDraws& draws, float* weights, float* bias);

}  // namespace mayfly::cuda
