// Dropout masks (kernels/arithmetic.md sections 4 and 9): the same draws as the CPU's.
#pragma once

#include <cstdint>

#include "kernels/backend.h"
#include "kernels/cuda/context.h"

namespace mayfly::cuda {

/// 0 where the draw is below floor(rate*2^32 + 0.5), else f32(1/(1-rate)); step and epoch are DeviceState's.
/// Draws are counted over logical channels and full maps. Layout of the mask: per channel (batch, padded
/// channels); per element that of the kept map; the padding becomes +0. One thread for a row of an (image,
/// channel).
void dropout_mask(const Context& context, const DropoutShape& shape, double rate, std::uint32_t seed,
                  std::uint32_t layer, float* mask);

}  // namespace mayfly::cuda
