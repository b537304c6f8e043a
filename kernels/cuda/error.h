// Errors of the CUDA runtime as Mayfly's own.
#pragma once

#include <cuda_runtime_api.h>

namespace mayfly::cuda {

/// Nothing where `status` is cudaSuccess, else DeviceError: "cuda: cannot <what>: <name>: <meaning>". Out of
/// memory is OutOfDeviceMemory; errors after which the process cannot use the device any more are DeviceLost
/// (core/error.h).
void check(cudaError_t status, const char* what);

}  // namespace mayfly::cuda
