#include "kernels/cpu/sgd.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/sgd.cpp"
#include <hwy/foreach_target.h>

#include "kernels/cpu/sgd-inl.h"

#ifndef MAYFLY_KERNELS_CPU_SGD_RUN_
#define MAYFLY_KERNELS_CPU_SGD_RUN_
namespace mayfly::cpu {

/// Parameters begin..end-1.
struct SgdRun {
  std::size_t begin, end;
  const float* gradients;
  float* weights;
  float* momentum;
};

}  // namespace mayfly::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace mayfly::cpu::HWY_NAMESPACE {

void sgd_target(const SgdFactors& factors, const SgdRun& run) {
  const SgdVectors vectors(factors);
  for (std::size_t i = run.begin; i < run.end; i += kLanes) {
    const FloatMask lanes = first_lanes(static_cast<int>(std::min<std::size_t>(run.end - i, kLanes)));
    vectors.update(load(lanes, run.gradients + i), lanes, run.weights, run.momentum,
                   static_cast<std::ptrdiff_t>(i));
  }
}

}  // namespace mayfly::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mayfly::cpu {
HWY_EXPORT(sgd_target);

SgdFactors::SgdFactors(const SgdScalars& scalars, bool is_first)
    : decays(scalars.weight_decay != 0),
      has_momentum(scalars.momentum != 0),
      first(is_first),
      learning_rate(static_cast<float>(scalars.learning_rate)),
      mu(static_cast<float>(scalars.momentum)),
      one_minus_dampening(static_cast<float>(1.0 - scalars.dampening)),
      weight_decay(static_cast<float>(scalars.weight_decay)) {}

void sgd(Team& team, const SgdFactors& factors, std::size_t count, const float* gradients, float* weights,
         float* momentum) {
  constexpr std::size_t kRun = std::size_t{1} << 15;
  team.for_each(static_cast<int>((count + kRun - 1) / kRun), [&](int item, int) {
    const std::size_t begin = static_cast<std::size_t>(item) * kRun;
    HWY_DYNAMIC_DISPATCH(sgd_target)
    (factors, {begin, std::min(count, begin + kRun), gradients, weights, momentum});
  });
}

}  // namespace mayfly::cpu
#endif
