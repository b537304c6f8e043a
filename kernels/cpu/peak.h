// The speed limit of one core, measured: what the benchmarks' percentages refer to.
#pragma once

namespace mayfly::cpu {

/// FLOP/s of independent FMA chains in registers (an FMA counts as two), the best of several short runs on
/// this core with the vector instructions in use (kernels/cpu/dispatch.h).
double measure_fma_peak();

}  // namespace mayfly::cpu
