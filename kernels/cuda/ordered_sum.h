// A sum in order that does not wait for memory: one warp adds while the others fetch.
#pragma once

#include "kernels/cuda/device_code.h"

namespace mayfly::cuda {

constexpr int kSumLanes = 32;   ///< columns, one a lane
constexpr int kSumLoaders = 8;  ///< warps that fetch
constexpr int kSumTileRows = 64;
using SumTiles = float[2][kSumTileRows][kSumLanes];

/// Threads are kSumLanes x (1 + kSumLoaders). Each lane's ((+0 + read(0)) + read(1)) + ... + read(rows - 1);
/// the result counts in threads (lane, 0) only. Every element is read and then kept, keep(row, value), once,
/// by one of the threads (lane, 1..); `read` is called for many rows before `keep` is for the first of them.
/// All threads of the block call it. Rows beyond the end count as +0: a sum from +0 is never -0, so they
/// change nothing.
template <class Read, class Keep>
__device__ float ordered_sum(int rows, SumTiles& tiles, const Read& read, const Keep& keep) {
  constexpr int kEach = kSumTileRows / kSumLoaders;
  const int lane = static_cast<int>(threadIdx.x), warp = static_cast<int>(threadIdx.y);
  float sum = 0.0F;
  int filling = 0;
  for (int first = 0; first < rows + kSumTileRows; first += kSumTileRows) {
    if (warp > 0) {
      float values[kEach];
      MAYFLY_UNROLL for (int i = 0; i < kEach; ++i) {
        const int row = first + i * kSumLoaders + warp - 1;
        values[i] = row < rows ? read(row) : 0.0F;
      }
      MAYFLY_UNROLL for (int i = 0; i < kEach; ++i) {
        const int in_tile = i * kSumLoaders + warp - 1;
        tiles[filling][in_tile][lane] = values[i];
        if (first + in_tile < rows) keep(first + in_tile, values[i]);
      }
    } else if (first > 0) {
      MAYFLY_UNROLL for (int row = 0; row < kSumTileRows; ++row) sum += tiles[1 - filling][row][lane];
    }
    __syncthreads();
    filling = 1 - filling;
  }
  return sum;
}

}  // namespace mayfly::cuda
