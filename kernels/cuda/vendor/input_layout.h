// Where the input of a vendor layer lies.
#pragma once

#include "core/shape.h"
#include "kernels/cuda/context.h"

namespace mayfly::cuda {

/// Of the map, or of the gathered image: (batch, height, width, channels), channels not padded.
inline MapLayout input_layout(const Context& context, const Conv2dShape& shape) {
  const int positions = shape.height * shape.width;
  if (shape.input_is_image) return {shape.in_channels, positions * shape.in_channels};
  return context.layout(positions, shape.batch, shape.in_channels);
}

}  // namespace mayfly::cuda
