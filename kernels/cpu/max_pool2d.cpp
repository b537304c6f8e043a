#include "kernels/cpu/max_pool2d.h"

#include <fmt/format.h>

#include "core/error.h"
#include "kernels/cpu/max_pool2d_lanes.h"

namespace mayfly::cpu {
namespace {

std::ptrdiff_t lanes_of(const Pool2dShape& shape) {
  return std::ptrdiff_t{shape.batch} * shape.channels;
}
int blocks_of(const Pool2dShape& shape) {
  return static_cast<int>((lanes_of(shape) + kPoolLanes - 1) / kPoolLanes);
}

PoolWinners winners_in(const Pool2dShape& shape, const void* memory) {
  auto* bytes =
      static_cast<std::uint8_t*>(const_cast<void*>(memory));  // read only where the caller's pointer is const
  const std::ptrdiff_t stride = std::ptrdiff_t{blocks_of(shape)} * kPoolLanes;
  return {bytes, bytes + stride * shape.height * shape.out_width, stride};
}

}  // namespace

CpuMaxPool2d::CpuMaxPool2d(const Pool2dShape& shape, Team& team, Scratch& scratch)
    : shape_(shape), team_(team), scratch_(scratch) {
  if (shape.height > 256 || shape.width > 256)
    throw UsageError(
        fmt::format("pooling of a {}x{} map: at most 256x256 is supported", shape.height, shape.width));
  scratch_.reserve_floats(pool_scratch_floats(shape) * static_cast<std::size_t>(team.threads()));
}

std::size_t CpuMaxPool2d::winner_bytes() const {
  const auto stride = static_cast<std::size_t>(blocks_of(shape_)) * kPoolLanes;
  return stride * static_cast<std::size_t>(shape_.out_width) *
         static_cast<std::size_t>(shape_.height + shape_.out_height);
}

void CpuMaxPool2d::forward(const float* x, float* y, void* winners) {
  const PoolWinners at = winners_in(shape_, winners);
  team_.for_each(blocks_of(shape_), [&](int block, int thread) {
    float* middle = scratch_.floats() + pool_scratch_floats(shape_) * static_cast<std::size_t>(thread);
    max_pool_block_forward({shape_, at, lanes_of(shape_), std::ptrdiff_t{block} * kPoolLanes, middle}, x, y);
  });
}

void CpuMaxPool2d::backward(const float* dy, const void* winners, float* dx) {
  const PoolWinners at = winners_in(shape_, winners);
  team_.for_each(blocks_of(shape_), [&](int block, int thread) {
    float* middle = scratch_.floats() + pool_scratch_floats(shape_) * static_cast<std::size_t>(thread);
    max_pool_block_backward({shape_, at, lanes_of(shape_), std::ptrdiff_t{block} * kPoolLanes, middle}, dy,
                            dx);
  });
}

}  // namespace mayfly::cpu
