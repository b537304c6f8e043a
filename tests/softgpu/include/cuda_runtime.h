// CUDA's C++ for the host compiler: what kernels/cuda/*.cu need, and launch() of kernels/cuda/device_code.h.
#pragma once

#include <cuda_runtime_api.h>

#include <cmath>
#include <tuple>
#include <type_traits>
#include <utility>

#include "softgpu/device_functions.h"
#include "softgpu/kernel.h"

#define MAYFLY_SOFTGPU 1

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)

#if defined(__clang__)
#define MAYFLY_UNROLL
#define MAYFLY_NO_UNROLL _Pragma("clang loop unroll(disable)")
#else
#define MAYFLY_UNROLL
#define MAYFLY_NO_UNROLL _Pragma("GCC unroll 1")
#endif
#define MAYFLY_GRID_CONSTANT

// The local type makes the key: one object for each declaration in each instance of a kernel.
#define MAYFLY_SHARED(type, name)    \
  struct name##_shared_key {};       \
  std::type_identity_t<type>& name = \
      ::mayfly::softgpu::shared<std::type_identity_t<type>, name##_shared_key>()

template <class T>
cudaError_t cudaMalloc(T** memory, std::size_t bytes) {
  return cudaMalloc(reinterpret_cast<void**>(memory), bytes);
}
template <class T>
cudaError_t cudaMallocHost(T** memory, std::size_t bytes, unsigned flags = 0) {
  return cudaHostAlloc(reinterpret_cast<void**>(memory), bytes, flags);
}

namespace mayfly::cuda {

void check(cudaError_t status, const char* what);  // kernels/cuda/error.h

template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, cudaStream_t stream,
            Arguments&&... arguments) {
  static_assert((std::is_trivially_copyable_v<Parameters> && ...), "a kernel takes plain values");
  static_assert((sizeof(Parameters) + ... + 0) <= 4096, "CUDA passes at most 4 KiB to a kernel");
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) return;
  softgpu::start_kernel(kernel, grid, block, stream, static_cast<Parameters>(arguments)...);
  check(cudaGetLastError(), "start a kernel");
}

}  // namespace mayfly::cuda
