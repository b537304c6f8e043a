// What all benchmarks print: the machine and its FMA peak, and rates against that peak.
#pragma once

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "kernels/backend.h"
#include "kernels/cpu/peak.h"

namespace mayfly::bench {

/// Prints what computes and returns the FMA peak of one core, in FLOP/s.
inline double print_peak() {
  const double peak = cpu::measure_fma_peak();
  fmt::print("{}; FMA peak of one core {:.1f} GFLOP/s\n", make_backend("cpu", 1)->description(), peak * 1e-9);
  return peak;
}

inline benchmark::Counter rate(double per_iteration) {
  return {per_iteration, benchmark::Counter::kIsIterationInvariantRate};
}

/// Counters useful_FLOP/s and percent_of_peak from the useful FLOPs of an iteration.
inline void count_useful(benchmark::State& state, double useful_flops, double peak) {
  state.counters["useful_FLOP/s"] = rate(useful_flops);
  state.counters["percent_of_peak"] = rate(100.0 * useful_flops / peak);
}

}  // namespace mayfly::bench
