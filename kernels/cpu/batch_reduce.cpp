#include "kernels/cpu/batch_reduce.h"

#include <array>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/batch_reduce.cpp"
#include <hwy/foreach_target.h>

#include "kernels/cpu/fetcher.h"
#include "kernels/cpu/sgd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mayfly::cpu::HWY_NAMESPACE {
namespace {

// Tiles that fill the registers: rows by vectors. 32 registers: 6x4, 8x3, 12x2, 14x1; 16 registers: 4x3, 6x2,
// 12x1.
#if HWY_TARGET == HWY_AVX2
constexpr int kVectors = 3;
constexpr int kMostRows[] = {12, 6, 4};
#elif MAYFLY_PLAIN_LOOP
constexpr int kVectors = 4;
constexpr int kMostRows[] = {4, 4, 4, 4};
#else
constexpr int kVectors = 4;
constexpr int kMostRows[] = {14, 12, 8, 6};
#endif

/// Where a tile stands in its job.
struct TilePlace {
  int row, column;
  FloatMask last;  ///< lanes of the last vector that exist
};

/// Bias, ReLU and dropout on sums that are final.
template <int kRows, int kWide>
HWY_INLINE void finish(const Epilogue& epilogue, const TilePlace& at, Float (&sum)[kRows][kWide]) {
  MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) {
    const Float bias = load_of<kWide>(at.last, v, epilogue.bias + at.column);
    MAYFLY_UNROLL for (int r = 0; r < kRows; ++r) sum[r][v] = hn::Add(sum[r][v], bias);
  }
  if (epilogue.relu) {
    MAYFLY_UNROLL for (int r = 0; r < kRows; ++r) {
      MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) sum[r][v] = relu(sum[r][v]);
    }
  }
  if (epilogue.mask != nullptr) {
    const float* mask = epilogue.mask + at.row * epilogue.mask_row + at.column;
    MAYFLY_UNROLL for (int r = 0; r < kRows; ++r) {
      MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) sum[r][v] =
          drop(sum[r][v], load_of<kWide>(at.last, v, mask + r * epilogue.mask_row));
    }
  }
}

/// One term: a column of A by a row of B.
template <int kRows, int kWide>
HWY_INLINE void add_term(const float* a, std::ptrdiff_t a_row, const float* b, FloatMask last,
                         Float (&sum)[kRows][kWide]) {
  // The next rows of A where they lie far apart; wider tiles have FMAs enough to wait behind.
  if (kWide == 1 && a_row == 1) __builtin_prefetch(a + kRows);
  Float row_b[kWide];
  MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) row_b[v] = load_of<kWide>(last, v, b);
  MAYFLY_UNROLL for (int r = 0; r < kRows; ++r) {
    const Float x = hn::Set(FloatTag(), a[r * a_row]);
    MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) sum[r][v] = fused(x, row_b[v], sum[r][v]);
  }
}

/// sum += the terms of all segments, one chain of FMAs each.
template <int kRows, int kWide>
HWY_INLINE void accumulate(const BatchReduce& job, const TilePlace& at, Fetcher& fetcher,
                           Float (&sum)[kRows][kWide]) {
  for (int s = 0; s < job.segment_count; ++s) {
    const float* a = job.segments[s].a + at.row * job.a_row;
    const float* b = job.segments[s].b + at.column;
    for (int left = job.segments[s].length; left > 0; left -= Fetcher::kTerms) {
      fetcher.fetch();
      for (int t = left < Fetcher::kTerms ? left : Fetcher::kTerms; t > 0;
           --t, a += job.a_term, b += job.b_row)
        add_term<kRows, kWide>(a, job.a_row, b, at.last, sum);
    }
  }
}

/// SGD with the gradients of the tile at `c`.
template <int kRows, int kWide>
HWY_INLINE void apply(const BatchReduce& job, const float* c, FloatMask last,
                      const Float (&sum)[kRows][kWide]) {
  const WeightUpdate& update = *job.update;
  const SgdVectors vectors(update.factors);
  const FloatMask whole = first_lanes(kLanes);
  const std::ptrdiff_t at = c - update.dw;
  MAYFLY_UNROLL for (int r = 0; r < kRows; ++r) {
    MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) {
      const std::ptrdiff_t place = at + r * job.c_row + v * kLanes;
      vectors.update(sum[r][v], v < kWide - 1 ? whole : last, update.weights, update.momentum, place);
    }
  }
}

template <int kRows, int kWide>
void tile(const BatchReduce& job, const TilePlace& at, Fetcher& fetcher) {
  float* c = job.c + at.row * job.c_row + at.column;
  const float* fetched = job.update != nullptr && !job.add ? job.update->weights + (c - job.update->dw) : c;
  Float sum[kRows][kWide];
  MAYFLY_UNROLL for (int r = 0; r < kRows; ++r) {
    MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) {
      sum[r][v] = hn::Zero(FloatTag());
      __builtin_prefetch(fetched + r * job.c_row + v * kLanes, 1);
    }
  }
  accumulate(job, at, fetcher, sum);
  if (job.add) {
    MAYFLY_UNROLL for (int r = 0; r < kRows; ++r) {
      MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) sum[r][v] =
          hn::Add(load_of<kWide>(at.last, v, c + r * job.c_row), sum[r][v]);
    }
  }
  if (job.epilogue != nullptr) finish(*job.epilogue, at, sum);
  if (job.update != nullptr) return apply(job, c, at.last, sum);
  MAYFLY_UNROLL for (int r = 0; r < kRows; ++r) {
    MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) store_of<kWide>(sum[r][v], at.last, v, c + r * job.c_row);
  }
}

using Tile = void (*)(const BatchReduce&, const TilePlace&, Fetcher&);

template <int kWide, int... kRows>
constexpr auto tiles_of(std::integer_sequence<int, kRows...>) {
  return std::array<Tile, sizeof...(kRows)>{tile<kRows + 1, kWide>...};
}

template <int kWide>
Tile tile_of(int rows) {
  static constexpr auto kTiles = tiles_of<kWide>(std::make_integer_sequence<int, kMostRows[kWide - 1]>{});
  return kTiles[static_cast<std::size_t>(rows - 1)];
}

Tile pick(int rows, int vectors) {
  if constexpr (kVectors >= 4) {
    if (vectors == 4) return tile_of<4>(rows);
  }
  if constexpr (kVectors >= 3) {
    if (vectors == 3) return tile_of<3>(rows);
  }
  return vectors == 2 ? tile_of<2>(rows) : tile_of<1>(rows);
}

/// The tiles of all rows by a block of columns that fits the registers, as even as can be.
struct ColumnBlock {
  explicit ColumnBlock(const BatchReduce& job, int first)
      : column(first),
        columns(job.columns - first < kVectors * kLanes ? job.columns - first : kVectors * kLanes),
        vectors((columns + kLanes - 1) / kLanes),
        tiles((job.rows + kMostRows[vectors - 1] - 1) / kMostRows[vectors - 1]) {}
  int column, columns, vectors, tiles;
};

void run(const BatchReduce& job, const ColumnBlock& block, Fetcher& fetcher) {
  const FloatMask last = first_lanes(block.columns - (block.vectors - 1) * kLanes);
  int row = 0;
  for (int tile = 0; tile < block.tiles; ++tile) {
    const int rows = (job.rows - row + block.tiles - tile - 1) / (block.tiles - tile);
    pick(rows, block.vectors)(job, {row, block.column, last}, fetcher);
    row += rows;
  }
}

/// Calls of Fetcher::fetch() in all tiles.
std::int64_t fetches(const BatchReduce& job) {
  constexpr int kBlock = kVectors * kLanes;
  std::int64_t calls = 0;
  for (int s = 0; s < job.segment_count; ++s)
    calls += (job.segments[s].length + Fetcher::kTerms - 1) / Fetcher::kTerms;
  return calls * ColumnBlock(job, 0).tiles * ((job.columns + kBlock - 1) / kBlock);
}

void run(const BatchReduce& job) {
  Fetcher fetcher = job.ahead == nullptr ? Fetcher() : Fetcher(*job.ahead, fetches(job));
  for (int column = 0; column < job.columns; column += kVectors * kLanes)
    run(job, ColumnBlock(job, column), fetcher);
}

}  // namespace

void batch_reduce_target(const BatchReduce& job) {
  run(job);
}
PanelGeometry panel_geometry_target() {
  return {kVectors * kLanes, kLanes};
}

}  // namespace mayfly::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mayfly::cpu {
HWY_EXPORT(batch_reduce_target);
HWY_EXPORT(panel_geometry_target);
void batch_reduce(const BatchReduce& job) {
  HWY_DYNAMIC_DISPATCH(batch_reduce_target)(job);
}
PanelGeometry panel_geometry() {
  return HWY_DYNAMIC_DISPATCH(panel_geometry_target)();
}
}  // namespace mayfly::cpu
#endif
