// How a tile of an operand gets from global memory through registers to shared memory, as [inner][index].
// Device code.
#pragma once

#include "kernels/cuda/device_code.h"

namespace mayfly::cuda {

/// How an operand lies in memory.
enum class Walk {
  outer,  ///< neighbours along its rows or columns are neighbours
  inner,  ///< neighbours along the inner index are
  taps    ///< the image: rows are (tap, channel), at offsets that the block has computed
};

/// Loads a BK x X tile. V: floats per load. Offsets of inner elements are -1 past the end; there, and in rows
/// past the edge, `fill` stands. With outer walks, columns past the edge repeat the last ones. Neither kind
/// of row or column past the edge is ever stored.
template <int X, int BK, int Threads, Walk W, int V>
struct Loader {
  static constexpr int kStride =
      X + 4;  // rows keep 16-byte alignment; transposed stores are spread over banks
  static constexpr int kLoads = X * BK / V;
  static constexpr int kPerThread = kLoads / Threads;
  static constexpr bool kAlongInner = W != Walk::outer;
  static_assert(W != Walk::taps || V == 1);
  static_assert(kLoads % Threads == 0, "all threads load alike");
  static_assert(Threads % (kAlongInner ? BK / V : X / V) == 0,
                "a thread always has the same inner index, or column");
  float values[kPerThread][V];

  static __device__ __forceinline__ int inner_of(int load) {
    return kAlongInner ? load % (BK / V) * V : load / (X / V);
  }
  static __device__ __forceinline__ int index_of(int load) {
    return kAlongInner ? load / (BK / V) : load % (X / V) * V;
  }

  __device__ __forceinline__ void fetch(int i, const float* from, bool live, float fill) {
    if (!live) {
      MAYFLY_UNROLL
      for (int v = 0; v < V; ++v) values[i][v] = fill;
    } else if constexpr (V == 4) {
      const float4 four = *reinterpret_cast<const float4*>(from);
      values[i][0] = four.x, values[i][1] = four.y, values[i][2] = four.z, values[i][3] = four.w;
    } else {
      values[i][0] = *from;
    }
  }

  /// Walk::inner: rows index0.. of `limit`, `row_step` floats apart.
  __device__ __forceinline__ void load_rows(const float* base, const int* offsets, int index0, int limit,
                                            int row_step, float fill, int thread) {
    constexpr int kRowsApart = Threads / (BK / V);
    const int offset = offsets[inner_of(thread)];
    const int first = index0 + index_of(thread);
    int at = offset + first * row_step;
    MAYFLY_UNROLL
    for (int i = 0; i < kPerThread; ++i, at += kRowsApart * row_step) {
      fetch(i, base + at, offset >= 0 && first + i * kRowsApart < limit, fill);
    }
  }

  /// Walk::outer: columns index0.. of `limit`, a multiple of V.
  __device__ __forceinline__ void load_columns(const float* base, const int* offsets, int index0, int limit,
                                               float fill, int thread) {
    constexpr int kInnersApart = Threads / (X / V);
    const int wanted = index0 + index_of(thread);
    const int column = wanted < limit - V ? wanted : limit - V;
    MAYFLY_UNROLL
    for (int i = 0; i < kPerThread; ++i) {
      const int offset = offsets[inner_of(thread) + i * kInnersApart];
      fetch(i, base + offset + column, offset >= 0, fill);
    }
  }

  /// Walk::taps: row r of the tile lies at row_offsets[r].
  __device__ __forceinline__ void load_taps(const float* base, const int* offsets, const int* row_offsets,
                                            float fill, int thread) {
    const int offset = offsets[inner_of(thread)];
    MAYFLY_UNROLL
    for (int i = 0; i < kPerThread; ++i) {
      fetch(i, base + offset + row_offsets[index_of(thread) + i * (Threads / BK)], offset >= 0, fill);
    }
  }

  __device__ __forceinline__ void store(float (*tile)[kStride], int thread) const {
    MAYFLY_UNROLL
    for (int i = 0; i < kPerThread; ++i) {
      const int load = thread + i * Threads;
      const int inner = inner_of(load), index = index_of(load);
      if constexpr (V == 4 && !kAlongInner) {
        *reinterpret_cast<float4*>(&tile[inner][index]) =
            make_float4(values[i][0], values[i][1], values[i][2], values[i][3]);
      } else {
        MAYFLY_UNROLL
        for (int v = 0; v < V; ++v) tile[inner + v][index] = values[i][v];
      }
    }
  }
};

}  // namespace mayfly::cuda
