// Who finishes a sum over blocks without another launch.
#pragma once

#include "kernels/cuda/device_code.h"

namespace mayfly::cuda {

/// True in all threads of the block that arrives last of `count`, which then sees all that the others wrote
/// to global memory before they came here. Every thread of every block calls it, at most once in a kernel.
///
/// Why it sees that: what a block's threads wrote comes before its first barrier, that before its first
/// thread's fence and ticket; a fence makes all that came before it visible, not only its own thread's
/// writes. The last block takes the same steps the other way round. (PTX ISA, memory consistency model:
/// causality order. Cooperative groups wait for a grid in the same way.)
///
/// `ticket` is 0 before the first block and again after the last one, so that the next launch needs no
/// clearing; launches that may run at the same time need tickets of their own.
__device__ inline bool is_last_block(unsigned* ticket, unsigned count) {
  MAYFLY_SHARED(bool, last);
  __syncthreads();
  if (threadIdx.x == 0 && threadIdx.y == 0 && threadIdx.z == 0) {
    __threadfence();
    last = atomicInc(ticket, count - 1) == count - 1;
    __threadfence();
  }
  __syncthreads();
  return last;
}

}  // namespace mayfly::cuda
