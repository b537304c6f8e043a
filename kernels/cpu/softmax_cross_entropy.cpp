#include "kernels/cpu/softmax_cross_entropy.h"

#include "core/exp_log.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/softmax_cross_entropy.cpp"
#include <hwy/foreach_target.h>

#include "kernels/cpu/simd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace mayfly::cpu::HWY_NAMESPACE {
namespace {

HWY_INLINE Float power_of_two(Int n) {
  return hn::BitCast(FloatTag(), hn::ShiftLeft<23>(hn::Add(n, hn::Set(IntTag(), 127))));
}

/// exp_f32 of core/exp_log.h, term by term.
HWY_INLINE Float exp_lanes(Float x) {
  using namespace exp_log;
  const FloatTag tag;
  const IntTag ints;
  const Float lowest = hn::Set(tag, kExpLowest), highest = hn::Set(tag, kExpHighest),
              magic = hn::Set(tag, kRoundMagic);
  Float clamped = hn::IfThenElse(hn::Lt(x, lowest), lowest, x);
  clamped = hn::IfThenElse(hn::Gt(clamped, highest), highest, clamped);
  const Float shifted = fused(clamped, hn::Set(tag, kLog2e), magic);
  const Float n = hn::Sub(shifted, magic);
  Float r = fused(n, hn::Set(tag, -kLn2High), clamped);
  r = fused(n, hn::Set(tag, -kLn2Low), r);
  Float p = hn::Set(tag, kExpTerms[0]);
  for (int i = 1; i < 6; ++i) p = fused(p, r, hn::Set(tag, kExpTerms[i]));
  p = hn::Add(fused(p, hn::Mul(r, r), r), hn::Set(tag, 1.0F));
  const Int e = hn::Sub(hn::BitCast(ints, shifted), hn::BitCast(ints, magic));
  const Int half = hn::ShiftRight<1>(e);
  const Float result = hn::Mul(hn::Mul(p, power_of_two(half)), power_of_two(hn::Sub(e, half)));
  return hn::IfThenElse(hn::IsNaN(x), x, result);
}

/// The lowest index of the maximum; the first NaN counts as the maximum.
int prediction_of(const float* x, int classes) {
  int best = 0;
  for (int j = 1; j < classes; ++j)
    if (x[j] > x[best] || (x[j] != x[j] && x[best] == x[best])) best = j;
  return best;
}

/// Exponentials of x - max into `e`; returns their sum, classes ascending.
float exponentials_of(const float* x, float max, int classes, float* e) {
  const Float shift = hn::Set(FloatTag(), max);
  for (int j = 0; j < classes; j += kLanes) {
    const FloatMask lanes = first_lanes(classes - j);
    store(exp_lanes(hn::Sub(load(lanes, x + j), shift)), lanes, e + j);
  }
  float sum = 0.0F;
  for (int j = 0; j < classes; ++j) sum += e[j];
  return sum;
}

void gradient_of(const float* e, float sum, std::uint32_t label, float batch, int classes, float* gradient) {
  const FloatTag tag;
  const Float divisor = hn::Set(tag, sum), images = hn::Set(tag, batch);
  for (int j = 0; j < classes; j += kLanes) {
    const FloatMask lanes = first_lanes(classes - j);
    const Float p = hn::Div(load(lanes, e + j), divisor);
    store(hn::Div(hn::Sub(p, hn::Zero(tag)), images), lanes, gradient + j);
  }
  gradient[label] = (e[label] / sum - 1.0F) / batch;
}

}  // namespace

void softmax_target(const BatchLogits& batch, float* dlogits, float* e, LossSums& sums) {
  double total = 0.0;
  for (int n = 0; n < batch.batch; ++n) {
    const float* x = batch.logits + std::ptrdiff_t{n} * batch.classes;
    const std::uint32_t label = batch.labels[n];
    const int predicted = prediction_of(x, batch.classes);
    const float max = x[predicted];
    const float sum = exponentials_of(x, max, batch.classes, e);
    total += static_cast<double>((max - x[label]) + log_f32(sum));
    sums.correct += static_cast<std::uint32_t>(predicted) == label ? 1 : 0;
    if (dlogits != nullptr)
      gradient_of(e, sum, label, static_cast<float>(batch.batch), batch.classes,
                  dlogits + std::ptrdiff_t{n} * batch.classes);
  }
  sums.loss += static_cast<double>(static_cast<float>(total / static_cast<double>(batch.batch)));
  sums.seen += static_cast<std::uint64_t>(batch.batch);
  ++sums.batches;
}

}  // namespace mayfly::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mayfly::cpu {
HWY_EXPORT(softmax_target);
void softmax_cross_entropy(const BatchLogits& batch, float* dlogits, float* exponentials, LossSums& sums) {
  HWY_DYNAMIC_DISPATCH(softmax_target)(batch, dlogits, exponentials, sums);
}
}  // namespace mayfly::cpu
#endif
