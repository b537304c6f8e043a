// The vector part of max pooling: one block of lanes, all positions. A block is as wide as its row results
// may be to stay in the second-level cache, so that memory is read in runs as long as can be.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/shape.h"

namespace mayfly::cpu {

/// A unit of lanes. Blocks begin at whole units.
inline constexpr int kPoolLanes = 64;

/// Winners of a pooling; `stride` is the number of lanes rounded up to whole units.
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

/// For one unit.
std::size_t pool_scratch_floats(const Pool2dShape& shape);
void max_pool_block_forward(const PoolBlock& block, const float* x, float* y);
void max_pool_block_backward(const PoolBlock& block, const float* dy, float* dx);

}  // namespace mayfly::cpu
