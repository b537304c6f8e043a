// The vector part of relu_dropout.h.
#include "kernels/cpu/relu_dropout.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/relu_dropout_lanes.cpp"
#include <hwy/foreach_target.h>

#include "kernels/cpu/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mayfly::cpu::HWY_NAMESPACE {
namespace {

/// Gradient through ReLU, after dropout. Where y is +0 because it was dropped, g is +0 already.
HWY_INLINE Float through_relu(Float g, Float y) {
  const Float zero = hn::Zero(FloatTag());
  return hn::IfThenElse(hn::Le(y, zero), zero, g);
}

#if MAYFLY_PLAIN_LOOP

void quads(const MaskDraws& draws, std::uint32_t first, std::uint32_t count, float* mask) {
  for (std::uint32_t q = 0; q < count; ++q) {
    const PhiloxBlock block = draw_quad(draws.seed, Stream::dropout, draws.at, first + q);
    for (std::size_t i = 0; i < 4; ++i)
      mask[std::size_t{q} * 4 + i] = block[i] >= draws.threshold ? draws.scale : 0.0F;
  }
}

#else

using WordTag = hn::Rebind<std::uint32_t, FloatTag>;
using WideTag = hn::Repartition<std::uint64_t, WordTag>;
using Word = hn::Vec<WordTag>;

/// High and low words of a 32x32-bit product, per lane.
HWY_INLINE void multiply(Word a, Word b, Word& high, Word& low) {
  const WordTag word;
  const WideTag wide;
  const auto even = hn::MulEven(a, b);
  const Word a_odd = hn::BitCast(word, hn::ShiftRight<32>(hn::BitCast(wide, a)));
  const auto odd = hn::MulEven(a_odd, b);
  high = hn::OddEven(hn::BitCast(word, odd), hn::BitCast(word, hn::ShiftRight<32>(even)));
  low = hn::Mul(a, b);
}

/// Philox4x32-10 on one counter per lane.
HWY_INLINE void philox_lanes(Word (&x)[4], std::uint32_t key0, std::uint32_t key1) {
  const WordTag tag;
  const Word m0 = hn::Set(tag, 0xD2511F53U), m1 = hn::Set(tag, 0xCD9E8D57U);
  for (int round = 0; round < 10; ++round, key0 += 0x9E3779B9U, key1 += 0xBB67AE85U) {
    Word high0, low0, high1, low1;
    multiply(x[0], m0, high0, low0);
    multiply(x[2], m1, high1, low1);
    x[0] = hn::Xor(hn::Xor(high1, x[1]), hn::Set(tag, key0));
    x[1] = low1;
    x[2] = hn::Xor(hn::Xor(high0, x[3]), hn::Set(tag, key1));
    x[3] = low0;
  }
}

void quads(const MaskDraws& draws, std::uint32_t first, std::uint32_t count, float* mask) {
  const WordTag tag;
  const FloatTag floats;
  const Float scale = hn::Set(floats, draws.scale), zero = hn::Zero(floats);
  const bool none_kept = draws.threshold > 0xFFFFFFFFU;
  const Word threshold = hn::Set(tag, static_cast<std::uint32_t>(draws.threshold));
  for (std::uint32_t q = 0; q < count; q += kLanes) {
    Word x[4] = {hn::Iota(tag, first + q), hn::Set(tag, draws.at.layer), hn::Set(tag, draws.at.step),
                 hn::Set(tag, draws.at.epoch)};
    philox_lanes(x, draws.seed, static_cast<std::uint32_t>(Stream::dropout));
    Float value[4];
    for (int i = 0; i < 4; ++i)
      value[i] =
          none_kept ? zero : hn::IfThenElse(hn::RebindMask(floats, hn::Lt(x[i], threshold)), zero, scale);
    hn::StoreInterleaved4(value[0], value[1], value[2], value[3], floats, mask + std::size_t{q} * 4);
  }
}

#endif

/// kWide vectors, the last of `last` lanes, all rows.
template <int kWide, bool kRelu, bool kMask>
void backward_columns(const PositionGradient& at, FloatMask last) {
  Float sum[kWide];
  MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) sum[v] = hn::Zero(FloatTag());
  for (std::ptrdiff_t offset = 0, row = 0; row < at.rows; ++row, offset += at.columns) {
    MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) {
      Float g = load_of<kWide>(last, v, at.dy + offset);
      if constexpr (kMask) g = drop(g, load_of<kWide>(last, v, at.mask + offset));
      if constexpr (kRelu) g = through_relu(g, load_of<kWide>(last, v, at.y + offset));
      sum[v] = hn::Add(sum[v], g);
      if constexpr (kRelu || kMask) store_of<kWide>(g, last, v, at.dy + offset);
    }
  }
  MAYFLY_UNROLL for (int v = 0; v < kWide; ++v) store_of<kWide>(sum[v], last, v, at.position_bias);
}

/// Few columns: sums in registers.
template <bool kRelu, bool kMask>
void backward_narrow(const PositionGradient& at) {
  if (at.columns > 3 * kLanes)
    backward_columns<4, kRelu, kMask>(at, first_lanes(at.columns - 3 * kLanes));
  else if (at.columns > 2 * kLanes)
    backward_columns<3, kRelu, kMask>(at, first_lanes(at.columns - 2 * kLanes));
  else if (at.columns > kLanes)
    backward_columns<2, kRelu, kMask>(at, first_lanes(at.columns - kLanes));
  else
    backward_columns<1, kRelu, kMask>(at, first_lanes(at.columns));
}

/// Many columns: row by row, as memory has them; sums in the first-level cache.
template <bool kRelu, bool kMask>
void backward_wide(const PositionGradient& at) {
  std::fill_n(at.position_bias, at.columns, 0.0F);
  for (std::ptrdiff_t offset = 0, row = 0; row < at.rows; ++row, offset += at.columns) {
    for (int j = 0; j < at.columns; j += kLanes) {
      const FloatMask lanes = first_lanes(at.columns - j);
      Float g = load(lanes, at.dy + offset + j);
      if constexpr (kMask) g = drop(g, load(lanes, at.mask + offset + j));
      if constexpr (kRelu) g = through_relu(g, load(lanes, at.y + offset + j));
      store(hn::Add(load(lanes, at.position_bias + j), g), lanes, at.position_bias + j);
      if constexpr (kRelu || kMask) store(g, lanes, at.dy + offset + j);
    }
  }
}

template <bool kRelu, bool kMask>
void backward(const PositionGradient& at) {
  if (at.columns <= 4 * kLanes)
    backward_narrow<kRelu, kMask>(at);
  else
    backward_wide<kRelu, kMask>(at);
}

void backward(const PositionGradient& at) {
  if (at.mask != nullptr)
    at.relu ? backward<true, true>(at) : backward<false, true>(at);
  else
    at.relu ? backward<true, false>(at) : backward<false, false>(at);
}

}  // namespace

void position_backward_target(const PositionGradient& at) {
  backward(at);
}
void dropout_quads_target(const MaskDraws& draws, std::uint32_t first, std::uint32_t count, float* mask) {
  quads(draws, first, count, mask);
}

}  // namespace mayfly::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mayfly::cpu {
HWY_EXPORT(position_backward_target);
HWY_EXPORT(dropout_quads_target);
void position_backward(const PositionGradient& at) {
  HWY_DYNAMIC_DISPATCH(position_backward_target)(at);
}
void dropout_quads(const MaskDraws& draws, std::uint32_t first_quad, std::uint32_t quads, float* mask) {
  HWY_DYNAMIC_DISPATCH(dropout_quads_target)(draws, first_quad, quads, mask);
}
}  // namespace mayfly::cpu
#endif
