#include "kernels/cuda/vendor/handles.h"

#include <mutex>

#include "kernels/cuda/error.h"
#include "kernels/cuda/runtime.h"
#include "kernels/cuda/vendor/status.h"

namespace mayfly::cuda {
namespace {

/// What cuBLAS would take for itself: 4 MiB, from Hopper on 32 MiB.
/// https://docs.nvidia.com/cuda/cublas/#cublassetworkspace
std::size_t cublas_workspace_bytes() {
  int device = 0, major = 0;
  check(cudaGetDevice(&device), "ask which device is used");
  check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device),
        "ask for the compute capability");
  return (major >= 9 ? std::size_t{32} : std::size_t{4}) << 20;
}

}  // namespace

void VendorHandles::Destroy::operator()(cudnnHandle_t handle) const {
  cudnn().destroy(handle);
}
void VendorHandles::Destroy::operator()(cublasHandle_t handle) const {
  cublas().destroy(handle);
}

VendorHandles::VendorHandles(cudaStream_t stream)
    : cublas_workspace_(allocate(cublas_workspace_bytes(), stream)) {
  const std::unique_lock alone(device_wide_calls());
  try {
    start(stream);
  } catch (...) {  // while nobody records
    end();
    throw;
  }
}

void VendorHandles::start(cudaStream_t stream) {
  cudnnHandle_t for_convolutions = nullptr;
  check(cudnn().create(&for_convolutions), "start");
  cudnn_.reset(for_convolutions);
  check(cudnn().set_stream(for_convolutions, stream), "use the network's stream");

  cublasHandle_t for_products = nullptr;
  check(cublas().create(&for_products), "start");
  cublas_.reset(for_products);
  check(cublas().set_stream(for_products, stream), "use the network's stream");
  check(cublas().set_workspace(for_products, cublas_workspace_.data(), cublas_workspace_.bytes()),
        "use the network's workspace");
  check(cublas().set_math_mode(for_products, CUBLAS_PEDANTIC_MATH), "compute in FP32");
  check(cublas().set_atomics_mode(for_products, CUBLAS_ATOMICS_NOT_ALLOWED), "do without atomics");
}

VendorHandles::~VendorHandles() {
  const std::unique_lock alone(device_wide_calls());
  end();
}

// Both libraries wait for the whole device when a handle goes.
void VendorHandles::end() {
  cublas_.reset();
  cudnn_.reset();
}

}  // namespace mayfly::cuda
