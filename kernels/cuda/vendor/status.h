// Errors of cuDNN and cuBLAS as Mayfly's own, and what versions they are.
#pragma once

#include <string>

#include "kernels/cuda/vendor/libraries.h"

namespace mayfly::cuda {

/// Nothing on success, else DeviceError: "cuDNN: cannot <what>: <name>: <its last words>"; OutOfDeviceMemory
/// where it found no memory.
void check(cudnnStatus_t status, const char* what);
void check(cublasStatus_t status, const char* what);

/// cuDNN's own words on its last error in this thread, "" where it has none.
std::string cudnn_last_words();

/// "9.10.2".
std::string cudnn_version();
std::string cublas_version();

}  // namespace mayfly::cuda
