#include "kernels/cpu/max_pool2d_lanes.h"

#include "kernels/valid_taps.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/max_pool2d_lanes.cpp"
#include <hwy/foreach_target.h>

#include "kernels/cpu/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mayfly::cpu::HWY_NAMESPACE {
namespace {

using ByteTag = hn::Rebind<std::uint8_t, FloatTag>;
constexpr int kWide = 4;  // vectors at a time

/// kWide vectors of values and the index each of them won with.
struct Winners {
  Float value[kWide];
  Int index[kWide];
};

HWY_INLINE FloatMask lanes_left(std::ptrdiff_t left) {
  return first_lanes(left > kLanes ? kLanes : static_cast<int>(left));
}

/// Scans the inputs of `window`, load_at(input, vector): a later one wins where it is greater or NaN.
template <class Load>
HWY_INLINE void scan(const Range& window, const Load& load_at, Winners& w) {
  const IntTag tag;
  MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) {
    w.value[v] = load_at(window.begin, v);
    w.index[v] = hn::Set(tag, window.begin);
  }
  for (int i = window.begin + 1; i < window.end(); ++i) {
    const Int at = hn::Set(tag, i);
    MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) {
      const Float x = load_at(i, v);
      const FloatMask wins = greater_or_nan(x, w.value[v]);
      w.value[v] = hn::IfThenElse(wins, x, w.value[v]);
      w.index[v] = hn::IfThenElse(hn::RebindMask(tag, wins), at, w.index[v]);
    }
  }
}

HWY_INLINE void store_index(Int index, std::uint8_t* to) {
  const ByteTag tag;
  hn::StoreU(hn::DemoteTo(tag, index), tag, to);
}

HWY_INLINE Int load_index(const std::uint8_t* from) {
  return hn::PromoteTo(IntTag(), hn::LoadU(ByteTag(), from));
}

/// A group of kWide vectors within a block: lanes `first`.. of all, with their part of the scratch.
struct Group {
  std::ptrdiff_t first;
  float* middle;
  FloatMask mask[kWide];
};

HWY_INLINE Group group_at(const PoolBlock& block, std::ptrdiff_t offset) {
  const auto scratch = static_cast<std::ptrdiff_t>(pool_scratch_floats(block.shape));
  Group group;
  group.first = block.first + offset;
  group.middle = block.middle + offset / kPoolLanes * scratch + offset % kPoolLanes;
  MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) group.mask[v] =
      lanes_left(block.lanes - group.first - v * kLanes);
  return group;
}

/// Brings the next group's part of a row into the second-level cache while this group is worked on: rows are
/// as far apart as no hardware foresees.
HWY_INLINE void fetch_ahead(const float* row, int width, std::ptrdiff_t step) {
  for (int iw = 0; iw < width; ++iw) {
    MAYFLY_UNROLL for (int v = kWide; v < 2 * kWide; ++v)
        __builtin_prefetch(row + iw * step + v * kLanes, 0, 2);
  }
}

void forward_row(const PoolBlock& block, const Group& group, int ih, const float* x) {
  const Pool2dShape& s = block.shape;
  const Axis columns = columns_of(s);
  const float* row = x + std::ptrdiff_t{ih} * s.width * block.lanes + group.first;
  fetch_ahead(row, s.width, block.lanes);
  for (int ow = 0; ow < s.out_width; ++ow) {
    Winners w;
    scan(
        window_of_output(columns, ow),
        [&](int iw, int v) HWY_ATTR { return load(group.mask[v], row + iw * block.lanes + v * kLanes); }, w);
    const std::ptrdiff_t at = std::ptrdiff_t{ih} * s.out_width + ow;
    MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) {
      store(w.value[v], group.middle + at * kPoolLanes + v * kLanes);
      store_index(w.index[v], block.winners.columns + at * block.winners.stride + group.first + v * kLanes);
    }
  }
}

void forward_columns(const PoolBlock& block, const Group& group, float* y) {
  const Pool2dShape& s = block.shape;
  const Axis rows = rows_of(s);
  for (int oh = 0; oh < s.out_height; ++oh) {
    for (int ow = 0; ow < s.out_width; ++ow) {
      const float* middle = group.middle + std::ptrdiff_t{ow} * kPoolLanes;
      Winners w;
      scan(
          window_of_output(rows, oh),
          [&](int ih, int v)
              HWY_ATTR { return load(middle + std::ptrdiff_t{ih} * s.out_width * kPoolLanes + v * kLanes); },
          w);
      const std::ptrdiff_t at = std::ptrdiff_t{oh} * s.out_width + ow;
      MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) {
        store(w.value[v], group.mask[v], y + at * block.lanes + group.first + v * kLanes);
        store_index(w.index[v], block.winners.rows + at * block.winners.stride + group.first + v * kLanes);
      }
    }
  }
}

/// to[index of the winner] += gradient, over the window; `step` floats from one place to the next.
HWY_INLINE void give(const Range& window, const Float (&gradient)[kWide], const Int (&winner)[kWide],
                     float* to, std::ptrdiff_t step) {
  for (int i = window.begin; i < window.end(); ++i) {
    float* place = to + i * step;
    const Int at = hn::Set(IntTag(), i);
    MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) {
      const Float sum = load(place + v * kLanes);
      const FloatMask wins = hn::RebindMask(FloatTag(), hn::Eq(winner[v], at));
      store(hn::IfThenElse(wins, hn::Add(sum, gradient[v]), sum), place + v * kLanes);
    }
  }
}

HWY_INLINE void clear(float* at, int count, std::ptrdiff_t step) {
  for (int i = 0; i < count; ++i) {
    MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) store(hn::Zero(FloatTag()), at + i * step + v * kLanes);
  }
}

void backward_columns(const PoolBlock& block, const Group& group, const float* dy) {
  const Pool2dShape& s = block.shape;
  const Axis rows = rows_of(s);
  float* middle = group.middle;
  clear(middle, s.height * s.out_width, kPoolLanes);
  for (int oh = 0; oh < s.out_height; ++oh) {
    const Range window = window_of_output(rows, oh);
    for (int ow = 0; ow < s.out_width; ++ow) {
      const std::ptrdiff_t at = std::ptrdiff_t{oh} * s.out_width + ow;
      Float gradient[kWide];
      Int winner[kWide];
      MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) {
        gradient[v] = load(group.mask[v], dy + at * block.lanes + group.first + v * kLanes);
        winner[v] = load_index(block.winners.rows + at * block.winners.stride + group.first + v * kLanes);
      }
      give(window, gradient, winner, middle + ow * kPoolLanes, std::ptrdiff_t{s.out_width} * kPoolLanes);
    }
  }
}

void backward_row(const PoolBlock& block, const Group& group, int ih, float* dx) {
  const Pool2dShape& s = block.shape;
  const Axis columns = columns_of(s);
  float* row = group.middle + std::ptrdiff_t{s.height} * s.out_width * kPoolLanes;
  float* to_row = dx + std::ptrdiff_t{ih} * s.width * block.lanes + group.first;
  fetch_ahead(to_row, s.width, block.lanes);
  clear(row, s.width, kPoolLanes);
  for (int ow = 0; ow < s.out_width; ++ow) {
    const std::ptrdiff_t at = std::ptrdiff_t{ih} * s.out_width + ow;
    Float gradient[kWide];
    Int winner[kWide];
    MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) {
      gradient[v] = load(group.middle + at * kPoolLanes + v * kLanes);
      winner[v] = load_index(block.winners.columns + at * block.winners.stride + group.first + v * kLanes);
    }
    give(window_of_output(columns, ow), gradient, winner, row, kPoolLanes);
  }
  for (int iw = 0; iw < s.width; ++iw) {
    float* to = to_row + iw * block.lanes;
    MAYFLY_UNROLL for (int v = 0; v < kWide; ++v)
        store(load(row + iw * kPoolLanes + v * kLanes), group.mask[v], to + v * kLanes);
  }
}

/// Calls work(group) for the groups of a block, one after the other.
template <class Work>
HWY_INLINE void for_each_group(const PoolBlock& block, const Work& work) {
  for (std::ptrdiff_t offset = 0; block.first + offset < block.end; offset += kWide * kLanes)
    work(group_at(block, offset));
}

}  // namespace

void pool_forward_target(const PoolBlock& block, const float* x, float* y) {
  for (int ih = 0; ih < block.shape.height; ++ih)
    for_each_group(block, [&](const Group& group) HWY_ATTR { forward_row(block, group, ih, x); });
  for_each_group(block, [&](const Group& group) HWY_ATTR { forward_columns(block, group, y); });
}

void pool_backward_target(const PoolBlock& block, const float* dy, float* dx) {
  for_each_group(block, [&](const Group& group) HWY_ATTR { backward_columns(block, group, dy); });
  for (int ih = 0; ih < block.shape.height; ++ih)
    for_each_group(block, [&](const Group& group) HWY_ATTR { backward_row(block, group, ih, dx); });
}

}  // namespace mayfly::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mayfly::cpu {

HWY_EXPORT(pool_forward_target);
HWY_EXPORT(pool_backward_target);

std::size_t pool_scratch_floats(const Pool2dShape& shape) {
  return (static_cast<std::size_t>(shape.height) * shape.out_width + shape.width) * kPoolLanes;
}

void max_pool_block_forward(const PoolBlock& block, const float* x, float* y) {
  HWY_DYNAMIC_DISPATCH(pool_forward_target)(block, x, y);
}

void max_pool_block_backward(const PoolBlock& block, const float* dy, float* dx) {
  HWY_DYNAMIC_DISPATCH(pool_backward_target)(block, dy, dx);
}

}  // namespace mayfly::cpu
#endif
