// The tables of kernels/cuda/vendor/libraries.h, filled with the software cuDNN and cuBLAS.
#include "kernels/cuda/vendor/libraries.h"

namespace mayfly::cuda {

const CudnnFunctions& cudnn() {
  static const CudnnFunctions functions{.get_version = cudnnGetVersion,
                                        .get_error_string = cudnnGetErrorString,
                                        .get_last_error_string = cudnnGetLastErrorString,
                                        .create = cudnnCreate,
                                        .destroy = cudnnDestroy,
                                        .set_stream = cudnnSetStream,
                                        .create_descriptor = cudnnBackendCreateDescriptor,
                                        .destroy_descriptor = cudnnBackendDestroyDescriptor,
                                        .set_attribute = cudnnBackendSetAttribute,
                                        .get_attribute = cudnnBackendGetAttribute,
                                        .finalize = cudnnBackendFinalize,
                                        .execute = cudnnBackendExecute};
  return functions;
}

const CublasFunctions& cublas() {
  static const CublasFunctions functions{.get_property = cublasGetProperty,
                                         .get_status_name = cublasGetStatusName,
                                         .create = cublasCreate_v2,
                                         .destroy = cublasDestroy_v2,
                                         .set_stream = cublasSetStream_v2,
                                         .set_workspace = cublasSetWorkspace_v2,
                                         .set_math_mode = cublasSetMathMode,
                                         .set_atomics_mode = cublasSetAtomicsMode,
                                         .sgemm = cublasSgemm_v2};
  return functions;
}

}  // namespace mayfly::cuda
