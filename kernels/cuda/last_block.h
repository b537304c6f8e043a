// Who finishes a sum over blocks without another launch.
#pragma once

#include "kernels/cuda/device_code.h"

namespace mayfly::cuda {

/// True in all threads of the block that arrives last of `count`, which then sees all that the others wrote
/// to global memory before they came here. Every thread of every block calls it, at most once in a kernel.
/// `ticket` is 0 before the first block and again after the last one, so that the next launch needs no
/// clearing; launches that may run at the same time need tickets of their own.
__device__ inline bool is_last_block(unsigned* ticket, unsigned count) {
  MAYFLY_SHARED(bool, last);
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0 && threadIdx.y == 0 && threadIdx.z == 0)
    last = atomicInc(ticket, count - 1) == count - 1;
  __syncthreads();
  __threadfence();  // nothing that was cached before the others wrote is read after it
  return last;
}

}  // namespace mayfly::cuda
