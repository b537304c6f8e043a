// What Mayfly calls of cuDNN and cuBLAS, as tables of functions: neither is linked, so that a program starts
// where they are not installed, and does not pay for loading them where it does not use them. Nothing newer
// than cuDNN 9.0 and CUDA 12.0.
#pragma once

#include <cublas_v2.h>
#include <cudnn.h>

namespace mayfly::cuda {

struct CudnnFunctions {
  decltype(&cudnnGetVersion) get_version = nullptr;
  decltype(&cudnnGetErrorString) get_error_string = nullptr;
  decltype(&cudnnGetLastErrorString) get_last_error_string = nullptr;
  decltype(&cudnnCreate) create = nullptr;
  decltype(&cudnnDestroy) destroy = nullptr;
  decltype(&cudnnSetStream) set_stream = nullptr;
  decltype(&cudnnBackendCreateDescriptor) create_descriptor = nullptr;
  decltype(&cudnnBackendDestroyDescriptor) destroy_descriptor = nullptr;
  decltype(&cudnnBackendSetAttribute) set_attribute = nullptr;
  decltype(&cudnnBackendGetAttribute) get_attribute = nullptr;
  decltype(&cudnnBackendFinalize) finalize = nullptr;
  decltype(&cudnnBackendExecute) execute = nullptr;
};

struct CublasFunctions {
  decltype(&cublasGetProperty) get_property = nullptr;
  decltype(&cublasGetStatusName) get_status_name = nullptr;
  decltype(&cublasCreate_v2) create = nullptr;
  decltype(&cublasDestroy_v2) destroy = nullptr;
  decltype(&cublasSetStream_v2) set_stream = nullptr;
  decltype(&cublasSetWorkspace_v2) set_workspace = nullptr;
  decltype(&cublasSetMathMode) set_math_mode = nullptr;
  decltype(&cublasSetAtomicsMode) set_atomics_mode = nullptr;
  decltype(&cublasSgemm_v2) sgemm = nullptr;
};

/// Opened by the first caller and never closed. DeviceError where that cannot be.
const CudnnFunctions& cudnn();
const CublasFunctions& cublas();

}  // namespace mayfly::cuda
