// The vector part of max pooling: one block of lanes, all positions. A block is a few pages wide at every
// position, so that memory is read in long runs, but its row results stay in the second-level cache.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/shape.h"

namespace mayfly::cpu {

/// Blocks are whole numbers of so many lanes.
inline constexpr int kPoolLanes = 64;

/// Winners of a pooling; `stride` is the number of lanes rounded up to whole blocks.
struct PoolWinners {
  std::uint8_t*
      columns;  ///< (height, out_width, stride): winning input column of a row within a window's columns
  std::uint8_t* rows;  ///< (out_height, out_width, stride): winning input row of the window
  std::ptrdiff_t stride;
};

/// Lanes first..end-1 of `lanes`; `first` is a multiple of kPoolLanes. `middle`: scratch of
/// pool_scratch_floats() for every kPoolLanes of them.
struct PoolBlock {
  const Pool2dShape& shape;
  PoolWinners winners;
  std::ptrdiff_t lanes;  ///< batch * channels
  std::ptrdiff_t first, end;
  float* middle;
};

/// For kPoolLanes lanes.
std::size_t pool_scratch_floats(const Pool2dShape& shape);
void max_pool_block_forward(const PoolBlock& block, const float* x, float* y);
void max_pool_block_backward(const PoolBlock& block, const float* dy, float* dx);

}  // namespace mayfly::cpu
