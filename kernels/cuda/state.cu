#include "kernels/cuda/state.h"

#include "kernels/cuda/device_code.h"

namespace mayfly::cuda {
namespace {

__global__ void __launch_bounds__(1) set_counters_kernel(DeviceState* state, StepCounters counters) {
  state->epoch = counters.epoch;
  state->step = counters.step;
  state->updates = counters.updates;
}

__global__ void __launch_bounds__(1) advance_kernel(DeviceState* state, bool trained) {
  state->step += 1;
  if (trained) state->updates += 1;
}

__global__ void __launch_bounds__(1) set_sums_kernel(LossSums* sums, LossSums values) {
  *sums = values;
}

}  // namespace

cudaError_t find_kernels() {
  cudaFuncAttributes attributes{};
  return cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(advance_kernel));
}

void set_counters(const Context& context, const StepCounters& counters) {
  launch(set_counters_kernel, dim3(1), dim3(1), context.stream, context.state, counters);
}

void advance(const Context& context, bool trained) {
  launch(advance_kernel, dim3(1), dim3(1), context.stream, context.state, trained);
}

void set_sums(const Context& context, BatchKind kind, const LossSums& sums) {
  launch(set_sums_kernel, dim3(1), dim3(1), context.stream, device_sums(context, kind), sums);
}

}  // namespace mayfly::cuda
