// What changes from step to step: kernels that write DeviceState (context.h), of one thread each, which take
// their values as parameters, so that a recorded step has no copy.
#pragma once

#include "kernels/backend.h"
#include "kernels/cuda/context.h"

namespace mayfly::cuda {

/// The three counters; the sums stay.
void set_counters(const Context& context, const StepCounters& counters);

/// Next step; `updates` grows too where `trained`.
void advance(const Context& context, bool trained);

/// The four sums; the counters stay.
void set_sums(const Context& context, const LossSums& sums);

/// Halves of a downloaded state.
inline StepCounters counters_of(const DeviceState& state) {
  return {.epoch = state.epoch, .step = state.step, .updates = state.updates};
}
inline LossSums sums_of(const DeviceState& state) {
  return {.loss = state.loss, .correct = state.correct, .seen = state.seen, .batches = state.batches};
}

}  // namespace mayfly::cuda
