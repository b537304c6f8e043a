#include "kernels/cpu/sgd.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/sgd.cpp"
#include <hwy/foreach_target.h>

#include "kernels/cpu/simd-inl.h"

#ifndef MAYFLY_KERNELS_CPU_SGD_RUN_
#define MAYFLY_KERNELS_CPU_SGD_RUN_
namespace mayfly::cpu {

/// Parameters begin..end-1 and the scalars, tested for zero in binary64 and rounded.
struct SgdRun {
  std::size_t begin, end;
  const float* gradients;
  float* weights;
  float* momentum;
  bool decays, has_momentum, first;
  float learning_rate, mu, one_minus_dampening, weight_decay;
};

}  // namespace mayfly::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace mayfly::cpu::HWY_NAMESPACE {
namespace {

void run(const SgdRun& r) {
  const FloatTag tag;
  const Float minus_rate = hn::Set(tag, -r.learning_rate), mu = hn::Set(tag, r.mu);
  const Float damp = hn::Set(tag, r.one_minus_dampening), decay = hn::Set(tag, r.weight_decay);
  for (std::size_t i = r.begin; i < r.end; i += kLanes) {
    const FloatMask lanes = first_lanes(static_cast<int>(std::min<std::size_t>(r.end - i, kLanes)));
    const Float w = load(lanes, r.weights + i);
    Float b = load(lanes, r.gradients + i);
    if (r.decays) b = fused(decay, w, b);
    if (r.has_momentum) {
      if (!r.first) b = fused(damp, b, hn::Mul(mu, load(lanes, r.momentum + i)));
      store(b, lanes, r.momentum + i);
    }
    store(fused(minus_rate, b, w), lanes, r.weights + i);
  }
}

}  // namespace

void sgd_target(const SgdRun& r) {
  run(r);
}

}  // namespace mayfly::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mayfly::cpu {
HWY_EXPORT(sgd_target);

void sgd(Team& team, const SgdScalars& scalars, bool first, std::size_t count, const float* gradients,
         float* weights, float* momentum) {
  constexpr std::size_t kRun = std::size_t{1} << 15;
  const SgdRun all{.begin = 0,
                   .end = count,
                   .gradients = gradients,
                   .weights = weights,
                   .momentum = momentum,
                   .decays = scalars.weight_decay != 0,
                   .has_momentum = scalars.momentum != 0,
                   .first = first,
                   .learning_rate = static_cast<float>(scalars.learning_rate),
                   .mu = static_cast<float>(scalars.momentum),
                   .one_minus_dampening = static_cast<float>(1.0 - scalars.dampening),
                   .weight_decay = static_cast<float>(scalars.weight_decay)};
  team.for_each(static_cast<int>((count + kRun - 1) / kRun), [&](int item, int) {
    SgdRun part = all;
    part.begin = static_cast<std::size_t>(item) * kRun;
    part.end = std::min(count, part.begin + kRun);
    HWY_DYNAMIC_DISPATCH(sgd_target)(part);
  });
}

}  // namespace mayfly::cpu
#endif
