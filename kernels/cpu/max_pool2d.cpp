#include "kernels/cpu/max_pool2d.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "kernels/cpu/max_pool2d_lanes.h"

namespace mayfly::cpu {
namespace {

std::ptrdiff_t lanes_of(const Pool2dShape& shape) {
  return std::ptrdiff_t{shape.batch} * shape.channels;
}
/// Units of kPoolLanes lanes, the last one perhaps not full.
int units_of(const Pool2dShape& shape) {
  return static_cast<int>((lanes_of(shape) + kPoolLanes - 1) / kPoolLanes);
}

/// Units of a block: few enough that their row results stay in the second-level cache, and all threads have
/// blocks.
int units_of_block(const Pool2dShape& shape, int threads) {
  constexpr std::size_t kCacheFloats = 48 * 1024;
  const int fitting = static_cast<int>(std::max<std::size_t>(1, kCacheFloats / pool_scratch_floats(shape)));
  const int parts = threads == 1 ? 1 : 4 * threads;
  return std::min(fitting, (units_of(shape) + parts - 1) / parts);
}

PoolWinners winners_in(const Pool2dShape& shape, const void* memory) {
  auto* bytes =
      static_cast<std::uint8_t*>(const_cast<void*>(memory));  // read only where the caller's pointer is const
  const std::ptrdiff_t stride = std::ptrdiff_t{units_of(shape)} * kPoolLanes;
  return {bytes, bytes + stride * shape.height * shape.out_width, stride};
}

}  // namespace

CpuMaxPool2d::CpuMaxPool2d(const Pool2dShape& shape, Team& team, Scratch& scratch)
    : shape_(shape), units_(units_of_block(shape, team.threads())), team_(team), scratch_(scratch) {
  if (shape.height > 256 || shape.width > 256)
    throw UsageError(
        fmt::format("pooling of a {}x{} map: at most 256x256 is supported", shape.height, shape.width));
  scratch_.reserve_floats(block_scratch() * static_cast<std::size_t>(team.threads()));
}

std::size_t CpuMaxPool2d::winner_bytes() const {
  const auto stride = static_cast<std::size_t>(units_of(shape_)) * kPoolLanes;
  return stride * static_cast<std::size_t>(shape_.out_width) *
         static_cast<std::size_t>(shape_.height + shape_.out_height);
}

std::size_t CpuMaxPool2d::block_scratch() const {
  return pool_scratch_floats(shape_) * static_cast<std::size_t>(units_);
}

template <class Work>
void CpuMaxPool2d::for_each_block(const void* winners, const Work& work) {
  const PoolWinners at = winners_in(shape_, winners);
  const std::ptrdiff_t lanes = lanes_of(shape_), step = std::ptrdiff_t{units_} * kPoolLanes;
  team_.for_each(static_cast<int>((lanes + step - 1) / step), [&](int block, int thread) {
    float* middle = scratch_.floats() + block_scratch() * static_cast<std::size_t>(thread);
    const std::ptrdiff_t first = block * step;
    work(PoolBlock{shape_, at, lanes, first, std::min(first + step, lanes), middle});
  });
}

void CpuMaxPool2d::forward(const float* x, float* y, void* winners) {
  for_each_block(winners, [&](const PoolBlock& block) { max_pool_block_forward(block, x, y); });
}

void CpuMaxPool2d::backward(const float* dy, const void* winners, float* dx) {
  for_each_block(winners, [&](const PoolBlock& block) { max_pool_block_backward(block, dy, dx); });
}

}  // namespace mayfly::cpu
