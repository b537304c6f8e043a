// The vectors of the CPU kernels, for the target that is being compiled (included once per target, see
// Highway's foreach_target.h). AVX2, AVX-512 and NEON have FMA; every other target is the plain loop: one
// lane and std::fma.
#include <hwy/highway.h>

#if defined(MAYFLY_KERNELS_CPU_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MAYFLY_KERNELS_CPU_SIMD_INL_H_
#undef MAYFLY_KERNELS_CPU_SIMD_INL_H_
#else
#define MAYFLY_KERNELS_CPU_SIMD_INL_H_
#endif

#include <cmath>
#include <cstddef>

#undef MAYFLY_PLAIN_LOOP
#if (HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2) || (HWY_ARCH_ARM_A64 && HWY_TARGET <= HWY_NEON)  // or better
#define MAYFLY_PLAIN_LOOP 0
#else
#define MAYFLY_PLAIN_LOOP 1
#endif

#undef MAYFLY_UNROLL
#if defined(__clang__)
#define MAYFLY_UNROLL _Pragma("clang loop unroll(full)")
#else
#define MAYFLY_UNROLL _Pragma("GCC unroll 16")  // without it GCC 12 keeps accumulators in memory
#endif

HWY_BEFORE_NAMESPACE();
namespace mayfly::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if MAYFLY_PLAIN_LOOP
using FloatTag = hn::CappedTag<float, 1>;
#else
using FloatTag = hn::CappedTag<float, 16>;
#endif
using IntTag = hn::Rebind<std::int32_t, FloatTag>;
using Float = hn::Vec<FloatTag>;
using Int = hn::Vec<IntTag>;
using FloatMask = hn::Mask<FloatTag>;

inline constexpr int kLanes = static_cast<int>(hn::MaxLanes(FloatTag()));

/// a*b + c with one rounding.
HWY_INLINE Float fused(Float a, Float b, Float c) {
#if MAYFLY_PLAIN_LOOP
  return hn::Set(FloatTag(), std::fma(hn::GetLane(a), hn::GetLane(b), hn::GetLane(c)));
#else
  return hn::MulAdd(a, b, c);
#endif
}

/// The first `count` lanes, of which there may be more than the vector has.
HWY_INLINE FloatMask first_lanes(int count) {
  return hn::FirstN(FloatTag(), static_cast<std::size_t>(count < 0 ? 0 : count < kLanes ? count : kLanes));
}

HWY_INLINE Float load(const float* from) {
  return hn::LoadU(FloatTag(), from);
}
HWY_INLINE Float load(FloatMask mask, const float* from) {
  return hn::MaskedLoad(mask, FloatTag(), from);
}
HWY_INLINE void store(Float v, float* to) {
  hn::StoreU(v, FloatTag(), to);
}
/// `mask` as first_lanes() makes it. The other lanes in memory may be another thread's: they are not touched,
/// also not by writing back what was read, as BlendedStore does on NEON.
HWY_INLINE void store(Float v, FloatMask mask, float* to) {
#if HWY_TARGET == HWY_NEON
  float lanes[kLanes];
  store(v, lanes);
  const std::size_t count = hn::CountTrue(FloatTag(), mask);
  for (std::size_t i = 0; i < count; ++i) to[i] = lanes[i];
#else
  hn::BlendedStore(v, mask, FloatTag(), to);
#endif
}

/// Vector `v` of kWide from `from` on; the last one has the lanes of `last` only.
template <int kWide>
HWY_INLINE Float load_of(FloatMask last, int v, const float* from) {
  return v < kWide - 1 ? load(from + v * kLanes) : load(last, from + v * kLanes);
}
template <int kWide>
HWY_INLINE void store_of(Float value, FloatMask last, int v, float* to) {
  if (v < kWide - 1)
    store(value, to + v * kLanes);
  else
    store(value, last, to + v * kLanes);
}

/// True where x > y, or where x is NaN.
HWY_INLINE FloatMask greater_or_nan(Float x, Float y) {
  return hn::Or(hn::Gt(x, y), hn::IsNaN(x));
}

/// ReLU of the contract: x where x > 0 or x is NaN, else +0.
HWY_INLINE Float relu(Float x) {
  const Float zero = hn::Zero(FloatTag());
  return hn::IfThenElse(hn::Le(x, zero), zero, x);
}

/// Dropout of the contract: +0 where the mask is 0, else v * mask.
HWY_INLINE Float drop(Float v, Float mask) {
  const Float zero = hn::Zero(FloatTag());
  return hn::IfThenElse(hn::Eq(mask, zero), zero, hn::Mul(v, mask));
}

}  // namespace mayfly::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
