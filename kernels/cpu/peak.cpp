#include "kernels/cpu/peak.h"

#include <algorithm>
#include <chrono>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/peak.cpp"
#include <hwy/foreach_target.h>

#include "kernels/cpu/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mayfly::cpu::HWY_NAMESPACE {

/// FLOPs done by `rounds` rounds of twelve chains; `sink` keeps them from being optimised away.
double fma_rounds(int rounds, float* sink) {
  constexpr int kChains = 12;  // latency 4 times two units, and half as many again
  const FloatTag tag;
  const Float a = hn::Set(tag, 0.999F), b = hn::Set(tag, 0.001F);
  Float chain[kChains];
  MAYFLY_UNROLL for (int i = 0; i < kChains; ++i) chain[i] = hn::Set(tag, static_cast<float>(i));
  for (int round = 0; round < rounds; ++round) {
    MAYFLY_UNROLL for (int i = 0; i < kChains; ++i) chain[i] = fused(chain[i], a, b);
  }
  for (int i = 0; i < kChains; ++i) *sink += hn::GetLane(chain[i]);
  return 2.0 * kChains * kLanes * rounds;
}

}  // namespace mayfly::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mayfly::cpu {
HWY_EXPORT(fma_rounds);

double measure_fma_peak() {
  using Clock = std::chrono::steady_clock;
  double best = 0;
  volatile float kept = 0;
  for (int run = 0; run < 20; ++run) {
    float sink = 0;
    const auto start = Clock::now();
    const double flops = HWY_DYNAMIC_DISPATCH(fma_rounds)(200000, &sink);
    best = std::max(best, flops / std::chrono::duration<double>(Clock::now() - start).count());
    kept = kept + sink;
  }
  return best;
}

}  // namespace mayfly::cpu
#endif
