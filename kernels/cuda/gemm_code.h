// The kernel behind gemm.h. Device code; gemm_*.cu make its instances.
//
// A block computes one tile of one item: chunk after chunk, each a chain of fma in the order of the inner
// index in registers. A chunk's sum is added to the output in place (whole matrices) or goes to the
// workspace, and the last block of a matrix' tile adds the sums in order (split ones). Tiles of both operands
// pass through shared memory, one being loaded while the other is used.
#pragma once

#include "kernels/cuda/activation_code.h"
#include "kernels/cuda/gemm.h"
#include "kernels/cuda/gemm_loader.h"
#include "kernels/cuda/last_block.h"

namespace mayfly::cuda {

/// BM x BN outputs a block, BK inner elements a step, TM x TN outputs a thread.
template <int BM_, int BN_, int BK_, int TM_, int TN_>
struct Tile {
  static constexpr int BM = BM_, BN = BN_, BK = BK_, TM = TM_, TN = TN_;
  static constexpr int kThreadsM = BM / TM, kThreadsN = BN / TN;
  static constexpr int kThreads = kThreadsM * kThreadsN;
  static constexpr int kGroupM = TM < 4 ? TM : 4;  // rows of a thread that are neighbours
  // A warp covers kWarpM x kWarpN threads: few and wide fragments.
  static constexpr int kWarpN = kThreadsN < 4 ? kThreadsN : 4, kWarpM = 32 / kWarpN;
  static_assert((TM == 2 || TM % 4 == 0) && TN % 4 == 0 && kThreads % 32 == 0);
  static_assert(kThreadsM % kWarpM == 0 && kThreadsN % kWarpN == 0);
};

constexpr Walk walk_of_a(Product product) {
  if (product == Product::image_weight_gradient) return Walk::taps;
  return product == Product::weight_gradient ? Walk::outer : Walk::inner;
}
constexpr Walk walk_of_b(Product product) {
  return product == Product::data_gradient ? Walk::inner : Walk::outer;
}

template <class T, Product P, int V>
struct GemmBlock {
  static constexpr Walk kWalkA = walk_of_a(P), kWalkB = walk_of_b(P);
  using LoaderA = Loader<T::BM, T::BK, T::kThreads, kWalkA, kWalkA == Walk::outer ? 4 : V>;
  using LoaderB = Loader<T::BN, T::BK, T::kThreads, kWalkB, kWalkB == Walk::outer ? 4 : V>;

  struct Shared {
    float a[2][T::BK][LoaderA::kStride];
    float b[2][T::BK][LoaderB::kStride];
    int a_offsets[2][T::BK];
    int b_offsets[2][T::BK];
    int row_offsets[P == Product::image_weight_gradient ? T::BM : 1];
    GemmItem item;  // here, not in registers: read by few, rarely
  };

  const GemmArgs& args;
  Shared& shared;
  const int thread, m0, n0;
  int begin = 0, end = 0;          // inner elements of this item
  int tiles = 0, tiles_per_chunk;  // steps of BK
  int next_tile = 0,
      next_begin;  // where write_offsets() stands: step in the chunk, first element of the chunk
  float sums[T::TM][T::TN];

  __device__ __forceinline__ GemmBlock(const GemmArgs& g, Shared& s, int tile)
      : args(g),
        shared(s),
        thread(static_cast<int>(threadIdx.x)),
        m0(tile / g.tiles_n * T::BM),
        n0(tile % g.tiles_n * T::BN),
        tiles_per_chunk((g.chunk + T::BK - 1) / T::BK) {
    const int inner = s.item.rows * s.item.cols * g.k;
    begin = s.item.first_chunk * g.chunk;
    end = min(inner, begin + s.item.chunk_count * g.chunk);
    next_begin = begin;
    if (end <= begin) return;
    const int whole = (end - begin - 1) / g.chunk;  // chunks but the last are whole
    tiles = whole * tiles_per_chunk + (end - begin - whole * g.chunk + T::BK - 1) / T::BK;
  }

  static __device__ __forceinline__ int quotient(int x, unsigned magic) {
    return static_cast<int>(__umulhi(2U * static_cast<unsigned>(x), magic));
  }

  /// Offsets of the next BK inner elements; -1 past the chunk's end.
  __device__ __forceinline__ void write_offsets(int buffer) {
    if (thread < T::BK) {
      const GemmItem& item = shared.item;
      const int q = next_begin + next_tile * T::BK + thread;
      int a = -1, b = -1;
      if (q < min(end, next_begin + args.chunk)) {
        const int segment = quotient(q, args.k_magic), inner = q - segment * args.k;
        const int i = quotient(segment, item.cols_magic), j = segment - i * item.cols;
        a = item.a0 + i * item.ai + j * item.aj + inner * args.a_inner;
        b = item.b0 + i * item.bi + j * item.bj + inner * args.b_inner;
      }
      shared.a_offsets[buffer][thread] = a;
      shared.b_offsets[buffer][thread] = b;
    }
    if (++next_tile == tiles_per_chunk) next_tile = 0, next_begin += args.chunk;
  }

  /// Rows of the image's weight gradient: where tap and channel of each lie.
  __device__ __forceinline__ void write_row_offsets() {
    for (int r = thread; r < T::BM; r += T::kThreads) {
      const int m = min(m0 + r, args.m - 1), tap = m / args.channels;
      shared.row_offsets[r] = tap / args.kernel_size * args.image_row +
                              tap % args.kernel_size * args.image_column + m % args.channels;
    }
  }

  /// Past the end A is -0 and B +0: their product, -0, changes no sum.
  __device__ __forceinline__ void load(LoaderA& a, LoaderB& b, int buffer) {
    const int* const offsets = shared.a_offsets[buffer];
    if constexpr (kWalkA == Walk::inner) a.load_rows(args.a, offsets, m0, args.m, args.a_row, -0.0F, thread);
    if constexpr (kWalkA == Walk::outer)
      a.load_columns(args.a, offsets, m0, (args.m + 3) / 4 * 4, -0.0F, thread);
    if constexpr (kWalkA == Walk::taps) a.load_taps(args.a, offsets, shared.row_offsets, -0.0F, thread);
    if constexpr (kWalkB == Walk::inner)
      b.load_rows(args.b, shared.b_offsets[buffer], n0, args.n, args.b_row, 0.0F, thread);
    else
      b.load_columns(args.b, shared.b_offsets[buffer], n0, args.n_stride, 0.0F, thread);
  }

  __device__ __forceinline__ void clear() {
    MAYFLY_UNROLL
    for (int i = 0; i < T::TM; ++i) {
      MAYFLY_UNROLL
      for (int j = 0; j < T::TN; ++j) sums[i][j] = 0.0F;
    }
  }

  // A thread's rows and columns come in groups of four (two, where it has no more rows), spread over the
  // tile.
  __device__ __forceinline__ int thread_m() const {
    return thread / 32 / (T::kThreadsN / T::kWarpN) * T::kWarpM + thread % 32 / T::kWarpN;
  }
  __device__ __forceinline__ int thread_n() const {
    return thread / 32 % (T::kThreadsN / T::kWarpN) * T::kWarpN + thread % 32 % T::kWarpN;
  }
  __device__ __forceinline__ int row(int i) const {
    return m0 + i / T::kGroupM * (T::kThreadsM * T::kGroupM) + thread_m() * T::kGroupM + i % T::kGroupM;
  }
  __device__ __forceinline__ int column(int j) const {
    return n0 + j / 4 * (T::kThreadsN * 4) + thread_n() * 4;
  }

  template <int Count>
  static __device__ __forceinline__ void read_fragment(float (&values)[Count], const float* from,
                                                       int group_step) {
    if constexpr (Count == 2) {
      const float2 two = *reinterpret_cast<const float2*>(from);
      values[0] = two.x, values[1] = two.y;
    }
    MAYFLY_UNROLL
    for (int group = 0; group < Count / 4; ++group) {
      const float4 four = *reinterpret_cast<const float4*>(from + group * group_step);
      values[group * 4] = four.x, values[group * 4 + 1] = four.y;
      values[group * 4 + 2] = four.z, values[group * 4 + 3] = four.w;
    }
  }

  __device__ __forceinline__ void multiply(int buffer) {
    MAYFLY_UNROLL
    for (int inner = 0; inner < T::BK; ++inner) {
      float a[T::TM], b[T::TN];
      read_fragment(a, &shared.a[buffer][inner][thread_m() * T::kGroupM], T::kThreadsM * T::kGroupM);
      read_fragment(b, &shared.b[buffer][inner][thread_n() * 4], T::kThreadsN * 4);
      MAYFLY_UNROLL
      for (int i = 0; i < T::TM; ++i) {
        MAYFLY_UNROLL
        for (int j = 0; j < T::TN; ++j) sums[i][j] = fmaf(a[i], b[j], sums[i][j]);
      }
    }
  }

  /// What becomes of a finished total: bias and activation (forward); +0 in the padding.
  __device__ __forceinline__ float finish(float total, int at, int m, int n) const {
    if (n >= args.n) return 0.0F;
    if constexpr (P != Product::forward) return total;
    float v = total + args.bias[n];
    if (args.relu && v <= 0.0F) v = 0.0F;  // NaN passes
    if (args.mask == nullptr) return v;
    const float scale = args.mask[args.mask_per_position ? at : m * args.n_stride + n];
    return drop(v, scale);
  }

  /// Calls visit(four values of sums, their place in an output matrix, row, column) for all in the matrix.
  template <class Visit>
  __device__ __forceinline__ void for_each_four(const Visit& visit) {
    MAYFLY_UNROLL
    for (int i = 0; i < T::TM; ++i) {
      const int m = row(i);
      if (m >= args.m) continue;
      MAYFLY_UNROLL
      for (int j = 0; j < T::TN; j += 4) {
        const int n = column(j);
        if (n < args.n_stride) visit(&sums[i][j], m * args.n_stride + n, m, n);
      }
    }
  }

  static __device__ __forceinline__ float4 add(float4 x, float4 y) {
    return make_float4(x.x + y.x, x.y + y.y, x.z + y.z, x.w + y.w);
  }
  __device__ __forceinline__ float4 finish(float4 v, int at, int m, int n) const {
    return make_float4(finish(v.x, at, m, n), finish(v.y, at + 1, m, n + 1), finish(v.z, at + 2, m, n + 2),
                       finish(v.w, at + 3, m, n + 3));
  }

  /// Adds the sum of a chunk to the output, in place.
  __device__ __forceinline__ void add_to_output(bool first, bool last) {
    for_each_four([&](const float* v, int at, int m, int n) {
      at += shared.item.out;
      float4* const to = reinterpret_cast<float4*>(args.out + at);
      float4 total = make_float4(v[0], v[1], v[2], v[3]);
      if (!first) total = add(*to, total);
      *to = last ? finish(total, at, m, n) : total;
    });
  }

  /// Puts the sum of the only chunk aside; the last block to do so for this tile adds them all.
  __device__ __forceinline__ void put_aside(int tile) {
    for_each_four([&](const float* v, int at, int, int) {
      *reinterpret_cast<float4*>(args.sums + shared.item.sums + at) = make_float4(v[0], v[1], v[2], v[3]);
    });
    if (!is_last_block(args.tickets + shared.item.ticket + tile,
                       static_cast<unsigned>(shared.item.all_chunks)))
      return;
    const int size = args.m * args.n_stride;
    for_each_four([&](const float*, int at, int m, int n) {
      const float4* from = reinterpret_cast<const float4*>(args.sums + shared.item.first_sum + at);
      float4 total = *from;
      for (int chunk = 1; chunk < shared.item.all_chunks; ++chunk) total = add(total, *(from += size / 4));
      at += shared.item.out;
      *reinterpret_cast<float4*>(args.out + at) = finish(total, at, m, n);
    });
  }

  /// One chunk's steps, from step `t` on. The next tile may belong to the next chunk: the pipeline does not
  /// drain. Past the last one all offsets are -1 and nothing is read. No branch around the loads: the
  /// compiler would sink them to their use, behind the products.
  __device__ __forceinline__ int run_chunk(LoaderA& a, LoaderB& b, int t) {
    const int chunk_end = min(tiles, t + tiles_per_chunk);
    MAYFLY_NO_UNROLL
    for (; t < chunk_end; ++t) {
      const int now = t & 1;
      load(a, b, now ^ 1);
      multiply(now);
      a.store(shared.a[now ^ 1], thread);
      b.store(shared.b[now ^ 1], thread);
      write_offsets(now);
      __syncthreads();
    }
    return t;
  }

  __device__ __forceinline__ void run(int tile) {
    LoaderA a;
    LoaderB b;
    if (tiles > 0) {
      write_offsets(0);
      __syncthreads();
      load(a, b, 0);
      write_offsets(1);
      a.store(shared.a[0], thread);
      b.store(shared.b[0], thread);
      __syncthreads();
    }
    for (int t = 0;;) {
      clear();
      const bool first = t == 0;
      t = run_chunk(a, b, t);
      const bool last = t >= tiles;
      if (shared.item.sums >= 0)
        put_aside(tile);
      else
        add_to_output(first, last);
      if (last) return;
    }
  }
};

/// Blocks that a multiprocessor of 65536 registers is to hold: 128 registers a thread. Only the first layer's
/// largest tile does not do with so few.
template <class T, Product P, int V>
constexpr int resident_blocks() {
  const bool needs_more = P == Product::forward && V == 1 && T::BM * T::BN == 64 * 64;
  return (needs_more ? 384 : 512) / T::kThreads;
}

/// Block b: item b / tiles, tile b % tiles; the longest items come first.
template <class T, Product P, int V>
__global__ void __launch_bounds__(T::kThreads, resident_blocks<T, P, V>())
    gemm(const MAYFLY_GRID_CONSTANT GemmArgs args) {
  using Block = GemmBlock<T, P, V>;
  MAYFLY_SHARED(typename Block::Shared, shared);
  const int tiles = (args.m + T::BM - 1) / T::BM * args.tiles_n;
  const int block = static_cast<int>(blockIdx.x);
  if (threadIdx.x == 0) shared.item = args.items[block / tiles];
  __syncthreads();
  Block work(args, shared, block % tiles);
  if constexpr (P == Product::image_weight_gradient) work.write_row_offsets();  // run() waits before it loads
  work.run(block % tiles);
}

template <class T, Product P, int V>
void start_gemm(GemmArgs args, cudaStream_t stream) {
  args.tiles_n = (args.n + T::BN - 1) / T::BN;
  const int tiles = (args.m + T::BM - 1) / T::BM * args.tiles_n;
  launch(gemm<T, P, V>, dim3(static_cast<unsigned>(tiles * args.item_count)), dim3(T::kThreads), stream,
         args);
}

using Tile64x64 = Tile<64, 64, 16, 4, 8>;
using Tile64x32 = Tile<64, 32, 8, 8, 4>;
using Tile32x32 = Tile<32, 32, 16, 4, 4>;
using Tile64x16 = Tile<64, 16, 16, 4, 4>;
using Tile16x32 = Tile<16, 32, 32, 2, 4>;  // soon done: for launches of few blocks

template <Product P, int V>
void start_gemm(const GemmArgs& args, GemmTile tile, cudaStream_t stream) {
  switch (tile) {
    case GemmTile::t64x64:
      return start_gemm<Tile64x64, P, V>(args, stream);
    case GemmTile::t64x32:
      return start_gemm<Tile64x32, P, V>(args, stream);
    case GemmTile::t32x32:
      return start_gemm<Tile32x32, P, V>(args, stream);
    case GemmTile::t64x16:
      return start_gemm<Tile64x16, P, V>(args, stream);
    case GemmTile::t16x32:
      return start_gemm<Tile16x32, P, V>(args, stream);
  }
}

}  // namespace mayfly::cuda
