// What a .cu file of Mayfly may use of CUDA, written once for two compilers: nvcc, and g++ or clang++ with
// the software device of tests/softgpu, whose <cuda_runtime.h> defines MAYFLY_SOFTGPU, the macros below and
// launch().
//
//   MAYFLY_SHARED(type, name)  static shared memory of a block, 16-byte aligned; `name` is then a `type`.
//                              Works in templates: MAYFLY_SHARED(float[2][16][68], tile);
//   MAYFLY_UNROLL              before a loop whose trip count is known to the compiler: unroll it
//   MAYFLY_NO_UNROLL           before a loop that must stay one
//   MAYFLY_GRID_CONSTANT       a kernel parameter that is read in place, never copied
//   launch(kernel, grid, block, stream, arguments...)   the only way to start a kernel; an empty grid is none
//   threads_of(block)          for __launch_bounds__, which has to be what the kernel is started with
#pragma once

#include <cuda_runtime.h>

#include <type_traits>

#include "kernels/cuda/error.h"

namespace mayfly::cuda {
constexpr unsigned threads_of(dim3 block) {
  return block.x * block.y * block.z;
}
}  // namespace mayfly::cuda

#if !defined(MAYFLY_SOFTGPU)
#if defined(__CUDACC__)

#define MAYFLY_SHARED(type, name) __shared__ __align__(16) std::type_identity_t<type> name
#define MAYFLY_UNROLL _Pragma("unroll")
#define MAYFLY_NO_UNROLL _Pragma("unroll 1")
#define MAYFLY_GRID_CONSTANT __grid_constant__

namespace mayfly::cuda {
/// Arguments are converted to the kernel's own parameter types, as <<<>>> does.
template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, cudaStream_t stream,
            Arguments&&... arguments) {
  if (grid.x == 0 || grid.y == 0 || grid.z == 0) return;
  kernel<<<grid, block, 0, stream>>>(static_cast<Parameters>(arguments)...);
  check(cudaGetLastError(), "start a kernel");
}
}  // namespace mayfly::cuda

#endif
#endif
