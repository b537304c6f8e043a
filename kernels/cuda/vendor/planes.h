// Between the maps of the own kernels, (image, position, padded channel), and what cuDNN convolves: packed
// planes (image, channel, height, width). Tiles of 32x32 through shared memory, so that both sides are read
// and written along what is next to each other.
#pragma once

#include <cuda_runtime_api.h>

#include "kernels/backend.h"
#include "kernels/cuda/map_layout.h"

namespace mayfly::cuda {

struct PlanesShape {
  int batch = 0;
  int channels = 0;
  int height = 0;  ///< kept rows: those of the map
  int width = 0;
  int planes_height = 0;  ///< at least as many
  int planes_width = 0;
  std::int64_t floats() const { return std::int64_t{batch} * channels * planes_height * planes_width; }
};

/// planes[n, c, h, w] = map at (h*width + w, n, c); +0 in the rows and columns that are not kept.
void map_to_planes(const PlanesShape& shape, MapLayout layout, const float* map, float* planes,
                   cudaStream_t stream);

/// map at (h*width + w, n, c) = planes[n, c, h, w]; +0 in the padding channels.
void planes_to_map(const PlanesShape& shape, const float* planes, MapLayout layout, float* map,
                   cudaStream_t stream);

/// The same with activation(value + bias[c]) on the way.
void planes_to_map_activated(const PlanesShape& shape, const float* planes, const float* bias,
                             const Activation& activation, MapLayout layout, float* map, cudaStream_t stream);

}  // namespace mayfly::cuda
