// What the operations of one network share on its device.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "kernels/backend.h"
#include "kernels/cuda/map_layout.h"

namespace mayfly::cuda {

/// All that changes from step to step, in device memory, so that a recorded step need not be told.
struct DeviceState {
  std::uint64_t updates;  ///< StepCounters
  std::uint32_t epoch;
  std::uint32_t step;
  LossSums trained;  ///< BatchSums
  LossSums evaluated;
};

/// A network's stream and state. Outlives the operations made with it.
struct Context {
  cudaStream_t stream = nullptr;
  DeviceState* state = nullptr;  ///< device memory
  bool image_major = false;      ///< layout of maps: that of the vendor's kernels instead of the exact ones'

  MapLayout layout(int positions, int batch, int channels) const {
    return image_major ? cuda::image_major(positions, channels) : position_major(batch, channels);
  }
};

}  // namespace mayfly::cuda
