// Every operation of the named networks, and of a layer of each of 60 drawn ones (--layers N), in each
// direction: on one core, or on a GPU (--device cuda). Beside a GPU's exact kernels stand the vendor's, as
// NAME/fast (--arithmetic fast: these alone). In exact arithmetic an operation is compared with
// tests/reference, bit by bit, before it is timed; a difference ends the program. Counters: useful FLOP/s
// (valid terms only), nominal FLOP/s (as a full zero-padded convolution would count), bytes/s (operands and
// results, each once), and what the useful rate is in percent of the peak, the bytes in percent of copying as
// many.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <optional>

#include "bench/copy_rate.h"
#include "bench/drawn_networks.h"
#include "bench/operation.h"
#include "bench/report.h"
#include "core/network_shapes.h"
#include "kernels/backend.h"
#include "trainer/self_test/named_networks.h"

namespace mayfly::bench {
namespace {

void verify(Operation& operation, const std::string& name, const Backend& backend) {
  const std::string wrong = operation.difference();
  if (!wrong.empty())
    throw DeviceError(
        fmt::format("{}: {}: {}. It does not compute what the reference does; `mayfly selftest` tells "
                    "more",
                    backend.description(), name, wrong));
}

void run(benchmark::State& state, const std::string& name, const OperationKind& kind,
         const Subject& subject) {
  const auto backend = subject.device->make_backend(1);
  const auto operation = kind.make(*backend);
  if (subject.exact) verify(*operation, name, *backend);
  time_calls(state, *backend, [&] { operation->run(); });
  if (operation->useful_flops > 0) {
    count_useful(state, operation->useful_flops, subject.peak.flops);
    state.counters["nominal_FLOP/s"] = rate(operation->nominal_flops);
  }
  state.counters["bytes/s"] = rate(operation->bytes);
  if (!backend->is_cuda())
    state.counters["percent_of_copying"] =
        rate(100.0 * operation->bytes / copy_rate(static_cast<std::size_t>(operation->bytes)));
}

struct Subjects {
  Subject main;
  std::optional<Subject> vendor;  ///< beside it
};

/// The vendor's arithmetic on the same GPU, where it is not the main one. Where its libraries are not there,
/// that is said.
std::optional<Subject> vendor_beside(const Subject& subject) {
  if (subject.is_cpu() || !subject.exact) return std::nullopt;
  try {
    Subject vendor = open_subject(subject.device->name(), Arithmetic::fast);
    fmt::print("{}\n", vendor.device->numerics());  // which opens the libraries
    return vendor;
  } catch (const DeviceError& error) {
    fmt::print(stderr, "without the vendor's kernels: {}\n", error.what());
    return std::nullopt;
  }
}

void register_operation(const std::string& name, const OperationKind& kind, const Subject& subject) {
  register_benchmark(name, subject, [=](benchmark::State& state) { run(state, name, kind, subject); });
}

void register_operations(const std::string& place, const std::vector<OperationKind>& kinds,
                         const Subjects& subjects) {
  for (const OperationKind& kind : kinds) {
    const std::string name = place + "/" + kind.name;
    register_operation(name, kind, subjects.main);
    if (kind.by_vendor && subjects.vendor) register_operation(name + "/fast", kind, *subjects.vendor);
  }
}

void add(const Subject& subject, int& argc, char** argv) {
  const int drawn = take_count(argc, argv, "layers", 60);
  const Subjects subjects{subject, vendor_beside(subject)};
  for (const NamedLayer& named : benchmark_layers(drawn))
    register_operations(named.name, operations_of(named.layer), subjects);
  for (const NamedNetwork& network : named_networks())
    register_operations(network.name,
                        operations_of(network_shapes(network.spec, network.image), network.image), subjects);
}

}  // namespace
}  // namespace mayfly::bench

int main(int argc, char** argv) {
  using namespace mayfly::bench;
  return run_benchmarks(argc, argv, "[--layers N]", add);
}
