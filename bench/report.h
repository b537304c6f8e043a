// What all benchmarks share: the device that the command line names, its peak, and rates against that.
#pragma once

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
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

  bool is_cpu() const { return device->name() == "cpu"; }
};

/// Opens the device and prints what it is.
inline Subject open_subject(const std::string& device, Arithmetic arithmetic) {
  const bool exact = arithmetic == Arithmetic::exact;
  Subject subject{.device = open_device(device, arithmetic), .peak = {}, .exact = exact};
  subject.peak = subject.device->peak();
  fmt::print("{}{}; peak {:.1f} GFLOP/s{}\n", subject.device->information(), exact ? "" : ", fast arithmetic",
             subject.peak.flops * 1e-9, subject.is_cpu() ? " of one core" : "");
  return subject;
}

/// The device of `--device` (cpu) in `--arithmetic` (exact).
inline Subject open_subject(int& argc, char** argv) {
  const std::string device = take_option(argc, argv, "device", "cpu");
  const std::string arithmetic = take_option(argc, argv, "arithmetic", "exact");
  if (arithmetic != "exact" && arithmetic != "fast")
    throw UsageError(fmt::format("--arithmetic: expected exact or fast, found '{}'", arithmetic));
  return open_subject(device, arithmetic == "fast" ? Arithmetic::fast : Arithmetic::exact);
}

/// Runs the benchmarks that `add(subject, argc, argv)` registers, which may take options out of the command
/// line: `options` names them for --help. Errors of the user or the device are printed, exit code as of
/// mayfly.
template <class Add>
int run_benchmarks(int argc, char** argv, const char* options, const Add& add) {
  return exit_code_of([&] {
    if (std::find(argv, argv + argc, std::string("--help")) != argv + argc)
      fmt::print("{} [--device cuda:0] [--arithmetic fast] {} and those of Google Benchmark:\n", argv[0],
                 options);
    const Subject subject = open_subject(argc, argv);
    add(subject, argc, argv);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return static_cast<int>(ExitCode::usage);
    benchmark::RunSpecifiedBenchmarks();
    return 0;
  });
}

inline benchmark::Counter rate(double per_iteration) {
  return {per_iteration, benchmark::Counter::kIsIterationInvariantRate};
}

/// Counters useful_FLOP/s and percent_of_peak from the useful FLOPs of an iteration.
inline void count_useful(benchmark::State& state, double useful_flops, double peak) {
  state.counters["useful_FLOP/s"] = rate(useful_flops);
  if (peak > 0) state.counters["percent_of_peak"] = rate(100.0 * useful_flops / peak);
}

/// Registers a benchmark whose rates count the time that matters: of the CPU that computes, or of the GPU by
/// its own clock (time_calls).
template <class Body>
benchmark::internal::Benchmark* register_benchmark(const std::string& name, const Subject& subject,
                                                   const Body& body) {
  auto* registered = benchmark::RegisterBenchmark(name.c_str(), body);
  return subject.is_cpu() ? registered : registered->UseManualTime();
}

/// A GPU works on while the host asks for more: a queue of calls is timed at once, and waited for so that it
/// stays short.
template <class Work>
void time_queues(benchmark::State& state, Backend& backend, const Work& work) {
  constexpr int kCalls = 64;
  const auto timer = backend.make_timer();
  while (state.KeepRunningBatch(kCalls)) {
    timer->start();
    for (int asked = 0; asked < kCalls; ++asked) work();
    timer->stop();
    backend.synchronise();
    state.SetIterationTime(timer->seconds());
  }
}

/// The benchmark's loop, after two calls to warm up.
template <class Work>
void time_calls(benchmark::State& state, Backend& backend, const Work& work) {
  work();
  work();  // as recorded
  backend.synchronise();
  if (backend.is_cuda()) return time_queues(state, backend, work);
  while (state.KeepRunning()) work();
}

}  // namespace mayfly::bench
