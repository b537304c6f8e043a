// What all benchmarks share: the device that the command line names, its peak, and rates against that.
#pragma once

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <memory>
#include <string>

#include "bench/command_line.h"
#include "core/error.h"
#include "kernels/backend.h"

namespace mayfly::bench {

struct Subject {
  std::shared_ptr<Device> device;
  DevicePeak peak;  ///< of one core, or of the GPU
  bool exact = true;
};

/// Opens the device of `--device` (cpu) in `--arithmetic` (exact) and prints what it is.
inline Subject open_subject(int& argc, char** argv) {
  const std::string device = take_option(argc, argv, "device", "cpu");
  const bool fast = take_option(argc, argv, "arithmetic", "exact") == "fast";
  Subject subject{
      .device = open_device(device, fast ? Arithmetic::fast : Arithmetic::exact), .peak = {}, .exact = !fast};
  subject.peak = subject.device->peak();
  fmt::print("{}{}; peak {:.1f} GFLOP/s{}\n", subject.device->information(), fast ? ", fast arithmetic" : "",
             subject.peak.flops * 1e-9, device == "cpu" ? " of one core" : "");
  return subject;
}

/// Runs the benchmarks that `add(subject, argc, argv)` registers, which may take options out of the command
/// line; errors of the user or the device are printed, exit code as of mayfly.
template <class Add>
int run_benchmarks(int argc, char** argv, const Add& add) {
  try {
    const Subject subject = open_subject(argc, argv);
    add(subject, argc, argv);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return static_cast<int>(ExitCode::usage);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return static_cast<int>(error.exit_code());
  }
}

inline benchmark::Counter rate(double per_iteration) {
  return {per_iteration, benchmark::Counter::kIsIterationInvariantRate};
}

/// Counters useful_FLOP/s and percent_of_peak from the useful FLOPs of an iteration.
inline void count_useful(benchmark::State& state, double useful_flops, double peak) {
  state.counters["useful_FLOP/s"] = rate(useful_flops);
  if (peak > 0) state.counters["percent_of_peak"] = rate(100.0 * useful_flops / peak);
}

/// Registers a benchmark whose rates count the time that matters: of the CPU that computes, or of the clock
/// while a GPU does.
template <class Body>
benchmark::internal::Benchmark* register_benchmark(const std::string& name, const Subject& subject,
                                                   const Body& body) {
  auto* registered = benchmark::RegisterBenchmark(name.c_str(), body);
  return subject.device->name() == "cpu" ? registered : registered->UseRealTime();
}

/// The benchmark's loop. A GPU works on while the host asks for more; a call every now and then waits for it,
/// so that its queue stays short, and the last one waits for all.
template <class Work>
void time_calls(benchmark::State& state, Backend& backend, const Work& work) {
  const int queue = backend.is_cuda() ? 64 : 1;
  work();
  work();  // as recorded
  backend.synchronise();
  while (state.KeepRunningBatch(queue)) {
    for (int asked = 0; asked < queue; ++asked) work();
    backend.synchronise();
  }
}

}  // namespace mayfly::bench
