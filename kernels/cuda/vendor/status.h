// Errors of cuDNN and cuBLAS as Mayfly's own, and what versions they are.
#pragma once

#include <string>

#include "kernels/cuda/vendor/libraries.h"

namespace mayfly::cuda {

/// Nothing on success, else DeviceError: "cuDNN: cannot <what>: <name>: <its last words>"; OutOfDeviceMemory
/// where it found no memory.
void check(cudnnStatus_t status, const char* what);
void check(cublasStatus_t status, const char* what);

/// Whether the machine failed, rather than a plan being none for a convolution or a GPU: libraries of cuDNN
/// that are missing, cannot be loaded or are of another version, a driver or CUDA runtime that does not go
/// with them, no memory. Numbers as in cuDNN's cudnn_graph.h.
bool is_failure_of_machine(cudnnStatus_t status);

/// cuDNN's own words on its last error in this thread, "" where it has none.
std::string cudnn_last_words();

/// "9.10.2".
std::string cudnn_version();
std::string cublas_version();

}  // namespace mayfly::cuda
