// What follows cuBLAS in a Linear layer.
#pragma once

#include <cuda_runtime_api.h>

#include "kernels/backend.h"

namespace mayfly::cuda {

/// y = activation(y + bias), in place on (batch, padded channels); +0 in the padding.
void bias_activation(int batch, int channels, const float* bias, const Activation& activation, float* y,
                     cudaStream_t stream);

}  // namespace mayfly::cuda
