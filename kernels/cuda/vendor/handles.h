// The handles of one network. They belong to its stream and are used by its thread alone.
#pragma once

#include <cuda_runtime_api.h>

#include <memory>

#include "kernels/backend.h"
#include "kernels/cuda/vendor/libraries.h"

namespace mayfly::cuda {

/// cuBLAS computes in FP32 without TF32 (pedantic), without atomics, in a workspace of its own: then its
/// results repeat bit by bit whatever other streams do, and a recorded step asks for no memory. The workspace
/// is set after the stream, which resets it. https://docs.nvidia.com/cuda/cublas/#results-reproducibility
class VendorHandles {
 public:
  /// On the current device. DeviceError where a library cannot be opened or does not start.
  explicit VendorHandles(cudaStream_t stream);
  ~VendorHandles();
  VendorHandles(const VendorHandles&) = delete;
  VendorHandles& operator=(const VendorHandles&) = delete;
  cudnnHandle_t for_cudnn() const { return cudnn_.get(); }
  cublasHandle_t for_cublas() const { return cublas_.get(); }

 private:
  struct Destroy {
    void operator()(cudnnHandle_t handle) const;
    void operator()(cublasHandle_t handle) const;
  };
  void start(cudaStream_t stream);
  void end();

  Buffer cublas_workspace_;  // outlives the handle
  std::unique_ptr<cudnnContext, Destroy> cudnn_;
  std::unique_ptr<cublasContext, Destroy> cublas_;
};

}  // namespace mayfly::cuda
