// What changes from step to step: kernels that write DeviceState (context.h), of one thread each, which take
// their values as parameters, so that a recorded step has no copy.
#pragma once

#include "kernels/backend.h"
#include "kernels/cuda/context.h"

namespace mayfly::cuda {

/// An error where the program was not compiled for the current device.
cudaError_t find_kernels();

/// The three counters; the sums stay.
void set_counters(const Context& context, const StepCounters& counters);

/// Next step; `updates` grows too where `trained`.
void advance(const Context& context, bool trained);

/// The sums of one kind of batches; all else stays.
void set_sums(const Context& context, BatchKind kind, const LossSums& sums);

/// Where they lie in device memory.
inline LossSums* device_sums(const Context& context, BatchKind kind) {
  return kind == BatchKind::trained ? &context.state->trained : &context.state->evaluated;
}

/// Halves of a downloaded state.
inline StepCounters counters_of(const DeviceState& state) {
  return {.epoch = state.epoch, .step = state.step, .updates = state.updates};
}
inline BatchSums sums_of(const DeviceState& state) {
  return {.trained = state.trained, .evaluated = state.evaluated};
}

}  // namespace mayfly::cuda
