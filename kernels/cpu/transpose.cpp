#include "kernels/cpu/transpose.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/transpose.cpp"
#include <hwy/foreach_target.h>

#include "kernels/cpu/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mayfly::cpu::HWY_NAMESPACE {
namespace {

/// One column at a time, for edges.
void plain(const float* from, std::ptrdiff_t from_row, int rows, int columns, float* to,
           std::ptrdiff_t to_row) {
  for (int j = 0; j < columns; ++j)
    for (int i = 0; i < rows; ++i) to[j * to_row + i] = from[i * from_row + j];
}

#if MAYFLY_PLAIN_LOOP

void run(const float* from, std::ptrdiff_t from_row, int rows, int columns, float* to,
         std::ptrdiff_t to_row) {
  plain(from, from_row, rows, columns, to, to_row);
}

#else

/// Vector of kBlocks 4-float blocks, block b from row + 4*b rows.
template <int kBlocks>
HWY_INLINE auto load_blocks(const float* row, std::ptrdiff_t from_row) {
  if constexpr (kBlocks == 1) {
    return hn::LoadU(hn::FixedTag<float, 4>(), row);
  } else {
    const hn::FixedTag<float, 4 * kBlocks> tag;
    return hn::Combine(tag, load_blocks<kBlocks / 2>(row + 2 * kBlocks * from_row, from_row),
                       load_blocks<kBlocks / 2>(row, from_row));
  }
}

/// kLanes rows by 4 columns: 4x4 transposes in every block at once.
HWY_INLINE void strip(const float* from, std::ptrdiff_t from_row, float* to, std::ptrdiff_t to_row) {
  constexpr int kBlocks = kLanes / 4;
  const FloatTag tag;
  const hn::Repartition<double, FloatTag> pairs;
  const Float r0 = load_blocks<kBlocks>(from, from_row), r1 = load_blocks<kBlocks>(from + from_row, from_row);
  const Float r2 = load_blocks<kBlocks>(from + 2 * from_row, from_row),
              r3 = load_blocks<kBlocks>(from + 3 * from_row, from_row);
  const auto low01 = hn::BitCast(pairs, hn::InterleaveLower(tag, r0, r1)),
             low23 = hn::BitCast(pairs, hn::InterleaveLower(tag, r2, r3));
  const auto high01 = hn::BitCast(pairs, hn::InterleaveUpper(tag, r0, r1)),
             high23 = hn::BitCast(pairs, hn::InterleaveUpper(tag, r2, r3));
  store(hn::BitCast(tag, hn::InterleaveLower(pairs, low01, low23)), to);
  store(hn::BitCast(tag, hn::InterleaveUpper(pairs, low01, low23)), to + to_row);
  store(hn::BitCast(tag, hn::InterleaveLower(pairs, high01, high23)), to + 2 * to_row);
  store(hn::BitCast(tag, hn::InterleaveUpper(pairs, high01, high23)), to + 3 * to_row);
}

void run(const float* from, std::ptrdiff_t from_row, int rows, int columns, float* to,
         std::ptrdiff_t to_row) {
  const int whole_rows = rows / kLanes * kLanes, whole_columns = columns / 4 * 4;
  for (int i = 0; i < whole_rows; i += kLanes)
    for (int j = 0; j < whole_columns; j += 4)
      strip(from + i * from_row + j, from_row, to + j * to_row + i, to_row);
  plain(from + whole_columns, from_row, whole_rows, columns - whole_columns, to + whole_columns * to_row,
        to_row);
  plain(from + whole_rows * from_row, from_row, rows - whole_rows, columns, to + whole_rows, to_row);
}

#endif

}  // namespace

void transpose_target(const float* from, std::ptrdiff_t from_row, int rows, int columns, float* to,
                      std::ptrdiff_t to_row) {
  run(from, from_row, rows, columns, to, to_row);
}

}  // namespace mayfly::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mayfly::cpu {
HWY_EXPORT(transpose_target);
void transpose(const float* from, std::ptrdiff_t from_row, int rows, int columns, float* to,
               std::ptrdiff_t to_row) {
  HWY_DYNAMIC_DISPATCH(transpose_target)(from, from_row, rows, columns, to, to_row);
}
}  // namespace mayfly::cpu
#endif
