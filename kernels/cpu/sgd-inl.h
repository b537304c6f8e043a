// One vector of SGD, for the target that is being compiled (see simd-inl.h).
#include "kernels/cpu/simd-inl.h"

#if defined(MAYFLY_KERNELS_CPU_SGD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef MAYFLY_KERNELS_CPU_SGD_INL_H_
#undef MAYFLY_KERNELS_CPU_SGD_INL_H_
#else
#define MAYFLY_KERNELS_CPU_SGD_INL_H_
#endif

#include "kernels/cpu/sgd.h"

HWY_BEFORE_NAMESPACE();
namespace mayfly::cpu::HWY_NAMESPACE {

class SgdVectors {
 public:
  explicit HWY_INLINE SgdVectors(const SgdFactors& factors)
      : factors_(factors),
        minus_rate_(hn::Set(FloatTag(), -factors.learning_rate)),
        mu_(hn::Set(FloatTag(), factors.mu)),
        damp_(hn::Set(FloatTag(), factors.one_minus_dampening)),
        decay_(hn::Set(FloatTag(), factors.weight_decay)) {}

  /// The vector at `place` of both; momentum is not looked at where there is none.
  HWY_INLINE void update(Float gradient, FloatMask lanes, float* weights, float* momentum,
                         std::ptrdiff_t place) const {
    const Float w = load(lanes, weights + place);
    Float b = gradient;
    if (factors_.decays) b = fused(decay_, w, b);
    if (factors_.has_momentum) {
      if (!factors_.first) b = fused(damp_, b, hn::Mul(mu_, load(lanes, momentum + place)));
      store(b, lanes, momentum + place);
    }
    store(fused(minus_rate_, b, w), lanes, weights + place);
  }

 private:
  const SgdFactors& factors_;
  Float minus_rate_, mu_, damp_, decay_;
};

}  // namespace mayfly::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // include guard per target
