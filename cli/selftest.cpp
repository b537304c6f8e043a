#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/text.h"
#include "core/error.h"
#include "kernels/backend.h"
#include "trainer/conventions.h"
#include "trainer/self_test/layer_bench.h"
#include "trainer/self_test/named_networks.h"
#include "trainer/self_test/self_test.h"
#include "version.h"

namespace mayfly::cli {
namespace {

struct SelftestOptions {
  std::string device = "cpu";
  std::string arithmetic = "exact";
  double seconds = 20;
  int networks = 40;
};

void print_percent(double rate, double peak) {
  if (peak > 0) fmt::print(" {:>3.0f} %", 100 * rate / peak);
}

std::string layer_text(const std::string& network, std::size_t index, const Conv2dShape& s) {
  return fmt::format("{} {}: b{} {}x{}x{} o{} k{} s{} p{}", network, index + 1, s.batch, s.in_channels,
                     s.height, s.width, s.out_channels, s.kernel_size, s.stride, s.padding);
}

void print_layer(Device& device, const std::string& name, const Conv2dShape& shape, const DevicePeak& peak,
                 double seconds) {
  const auto backend = device.make_backend(1);
  LayerBench layer(*backend, shape);
  fmt::print("  {:<58}", name);
  for (const LayerDirection& direction : directions_of(shape)) {
    const double each = seconds_per_call(
        *backend, [&] { (layer.*direction.run)(); }, seconds);
    fmt::print(" {:>7.1f}", layer.flops() / each * 1e-9);
    print_percent(layer.flops() / each, peak.flops);
    print_percent(layer.bytes() / each, peak.bytes);
  }
  fmt::print("\n");
  std::fflush(stdout);
}

void print_sgd(Device& device, double peak, double seconds) {
  const auto backend = device.make_backend(1);
  SgdBench sgd(*backend);
  const double rate = sgd.bytes() / seconds_per_call(
                                        *backend, [&] { sgd.step(); }, seconds);
  fmt::print("  {:<58} {:>7.1f}", "SGD of 16 million parameters, GB/s", rate * 1e-9);
  print_percent(rate, peak);
  fmt::print("\n");
}

/// Every layer of the named networks on one core or the whole GPU, in about `seconds` altogether.
void print_rates(Device& device, double seconds) {
  const DevicePeak peak = device.peak();
  std::size_t timings = 1;
  for (const NamedNetwork& network : named_networks())
    timings += 3 * network_shapes(network.spec, network.image).layers.size() - 1;
  const double each = seconds / static_cast<double>(timings);
  fmt::print("\nUseful GFLOP/s of the layers: forward, weight gradient, data gradient");
  if (peak.flops > 0) fmt::print("; percent of {:.0f} GFLOP/s", peak.flops * 1e-9);
  if (peak.bytes > 0) fmt::print(" and of {:.0f} GB/s", peak.bytes * 1e-9);
  fmt::print("\n");
  for (const NamedNetwork& network : named_networks()) {
    const NetworkShapes shapes = network_shapes(network.spec, network.image);
    for (std::size_t i = 0; i < shapes.layers.size(); ++i)
      print_layer(device, layer_text(network.name, i, shapes.layers[i].conv), shapes.layers[i].conv, peak,
                  each);
  }
  print_sgd(device, peak.bytes, each);
}

void print_check(const SelfTestResult& result) {
  if (result.failure.empty())
    fmt::print("  ok      {}{}\n", result.name,
               result.measured.empty() ? "" : fmt::format(" (largest: {})", result.measured));
  else
    fmt::print("  {} {}\n          {}\n", result.out_of_memory ? "NOT RUN" : "FAILED ", result.name,
               result.failure);
  std::fflush(stdout);
}

/// Checks of all devices that did not pass.
struct Failures {
  int wrong = 0;
  int without_memory = 0;
};

void test(const std::shared_ptr<Device>& device, const SelftestOptions& options, Failures& failures) {
  const Arithmetic arithmetic = parse_arithmetic(options.arithmetic);
  fmt::print("\n{}; arithmetic {}\n", device->information(), options.arithmetic);
  if (const std::string numerics = device->numerics(); !numerics.empty()) fmt::print("{}\n", numerics);
  const auto count = [&](const SelfTestResult& result) {
    print_check(result);
    if (!result.failure.empty()) ++(result.out_of_memory ? failures.without_memory : failures.wrong);
  };
  const int failed = self_test(device, {.arithmetic = arithmetic, .networks = options.networks}, count);
  if (failed == 0 && options.seconds > 0) print_rates(*device, options.seconds);
}

ExitCode conclusion(const Failures& failures) {
  const auto checks = [](int count) { return counted(static_cast<std::uint64_t>(count), "check"); };
  if (failures.wrong > 0) {
    fmt::print("\n{} FAILED. Tables made here would be wrong: please report this page.\n",
               checks(failures.wrong));
    return ExitCode::mismatch;
  }
  if (failures.without_memory > 0) {
    fmt::print(
        "\n{} could not run: no memory was left on the device. Try again when other processes have left "
        "theirs (nvidia-smi lists them); if there are none, please report this page.\n",
        checks(failures.without_memory));
    return ExitCode::device;
  }
  fmt::print("\nAll checks passed.\n");
  return ExitCode::complete;
}

/// The page tells too why there are none, or why their libraries cannot be opened.
std::vector<std::shared_ptr<Device>> opened(const SelftestOptions& options) {
  try {
    const auto devices = open_devices(options.device, parse_arithmetic(options.arithmetic));
    for (const auto& device : devices) device->numerics();
    return devices;
  } catch (const DeviceError& error) {
    fmt::print("\nNothing was tested: {}\n", error.what());
    throw;
  }
}

ExitCode selftest(const SelftestOptions& options) {
  fmt::print("mayfly {}, commit {}, compiler {}, arithmetic version {}\n{}\n{}\n", kVersion, kGitCommit,
             kCompiler, kArithmeticVersion, make_backend("cpu", 1)->description(), cuda_build());
  Failures failures;
  for (const auto& device : opened(options)) test(device, options, failures);
  return conclusion(failures);
}

}  // namespace

void add_selftest(Commands& commands) {
  const auto options = std::make_shared<SelftestOptions>();
  CLI::App* command = commands.add(
      "selftest", "Does this machine compute what it should, and how fast? One page for a report",
      "  mayfly selftest\n"
      "  mayfly selftest --device cuda > selftest.txt",
      [options] { return selftest(*options); });
  command->add_option("--device", options->device, "What to test: cpu, cuda (all GPUs), cuda:0,2")
      ->check(is_device_list)
      ->capture_default_str();
  command->add_option("--arithmetic", options->arithmetic, "exact, or fast (CUDA only)")
      ->capture_default_str();
  command->add_option("--seconds", options->seconds, "For the speed of the layers; 0: leave it out")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str();
  command->add_option("--networks", options->networks, "Random networks to compare")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
}

}  // namespace mayfly::cli
