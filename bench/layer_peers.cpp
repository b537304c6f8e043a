// Convolution layers beside oneDNN's, one thread each, in one run and in turns: those of the named networks
// and of drawn ones.
//
//   layer_peers [--networks 24] [--pairs 5]
//
// A line an operation; the last lines are, for each direction, geometric mean, smallest and median of the
// ratios (oneDNN's seconds by Mayfly's; of each operation the median of its pairs). Both are compared with
// tests/reference first; exit code 5 where one differs. Start it with OMP_NUM_THREADS=1 on a core of its own.
#include <fmt/format.h>

#include <oneapi/dnnl/dnnl_version.h>
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/command_line.h"
#include "bench/drawn_networks.h"
#include "bench/onednn_operations.h"
#include "core/error.h"
#include "trainer/self_test/named_networks.h"

namespace mayfly::bench {
namespace {

constexpr double kLeastSeconds = 0.05;  // that are timed at once
constexpr double kMostFlops = 4e10;     // of an operation: larger ones are left out

double seconds_of(Operation& operation, int calls) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < calls; ++i) operation.run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / calls;
}

int calls_for(Operation& operation) {
  return std::clamp(static_cast<int>(std::ceil(kLeastSeconds / seconds_of(operation, 1))), 1, 1000);
}

/// Seconds of a call: Mayfly, oneDNN. Of the pair whose ratio is the median.
std::array<double, 2> measure(Operation& ours, Operation& theirs, int pairs) {
  const int our_calls = calls_for(ours), their_calls = calls_for(theirs);
  std::vector<std::array<double, 2>> measured;
  for (int pair = 0; pair < pairs; ++pair) {
    std::array<double, 2> seconds{};
    for (const int who : {pair % 2, 1 - pair % 2})  // in turns
      seconds[static_cast<std::size_t>(who)] =
          who == 0 ? seconds_of(ours, our_calls) : seconds_of(theirs, their_calls);
    measured.push_back(seconds);
  }
  std::sort(measured.begin(), measured.end(),
            [](const auto& a, const auto& b) { return a[1] * b[0] < b[1] * a[0]; });
  return measured[measured.size() / 2];
}

class Run {
 public:
  explicit Run(int pairs) : pairs_(pairs), backend_(make_backend("cpu", 1)) {}

  void add(const NamedNetwork& network) {
    const NetworkShapes shapes = network_shapes(network.spec, network.image);
    for (std::size_t i = 0; i < shapes.layers.size(); ++i)
      if (!shapes.layers[i].linear) add(fmt::format("{}/layer{}", network.name, i + 1), shapes.layers[i]);
  }

  ExitCode finish() const {
    for (const auto& [direction, unsorted] : ratios_) {
      std::vector<double> ratios = unsorted;
      std::sort(ratios.begin(), ratios.end());
      double logs = 0;
      for (const double ratio : ratios) logs += std::log(ratio);
      fmt::print("{}, {} layers: geomean {:.2f} min {:.2f} median {:.2f}\n", direction, ratios.size(),
                 std::exp(logs / static_cast<double>(ratios.size())), ratios.front(),
                 ratios[ratios.size() / 2]);
    }
    return all_agree_ ? ExitCode::complete : ExitCode::mismatch;
  }

 private:
  void add(const std::string& name, const LayerShape& layer) {
    const std::vector<OperationKind> ours = operations_of(layer);
    for (const OperationKind& theirs : onednn_operations_of(layer)) {
      const auto same = std::find_if(ours.begin(), ours.end(),
                                     [&](const OperationKind& kind) { return kind.name == theirs.name; });
      compare(name + "/" + theirs.name, theirs.name, *same, theirs);
    }
  }

  /// nullptr, and says so, where oneDNN has no such convolution.
  std::unique_ptr<Operation> made(const std::string& name, const OperationKind& kind) {
    try {
      return kind.make(*backend_);
    } catch (const std::exception& error) {
      fmt::print("{}: left out: oneDNN: {}\n", name, error.what());
      return nullptr;
    }
  }

  void compare(const std::string& name, const std::string& direction, const OperationKind& our_kind,
               const OperationKind& their_kind) {
    const auto ours = our_kind.make(*backend_);
    if (ours->useful_flops > kMostFlops) return;
    const auto theirs = made(name, their_kind);
    if (theirs == nullptr) return;
    for (Operation* operation : {ours.get(), theirs.get()}) {
      const std::string wrong = operation->difference();
      if (wrong.empty()) continue;
      fmt::print("{}: {}\n", name, wrong);
      all_agree_ = false;
    }
    const auto [our_seconds, their_seconds] = measure(*ours, *theirs, pairs_);
    ratios_[direction].push_back(their_seconds / our_seconds);
    fmt::print("{:46} mayfly {:9.3f} ms  oneDNN {:9.3f} ms  ratio {:6.2f}\n", name, our_seconds * 1e3,
               their_seconds * 1e3, their_seconds / our_seconds);
    std::fflush(stdout);
  }

  int pairs_;
  std::unique_ptr<Backend> backend_;
  std::map<std::string, std::vector<double>> ratios_;
  bool all_agree_ = true;
};

}  // namespace
}  // namespace mayfly::bench

int main(int argc, char** argv) {
  using namespace mayfly;
  try {
    const int networks = bench::take_count(argc, argv, "networks", 24);
    bench::Run run(bench::take_count(argc, argv, "pairs", 5));
    fmt::print("{}, oneDNN {}.{}.{}\n", open_device("cpu")->information(), DNNL_VERSION_MAJOR,
               DNNL_VERSION_MINOR, DNNL_VERSION_PATCH);
    for (const NamedNetwork& network : named_networks()) run.add(network);
    for (int i = 0; i < networks; ++i) run.add(bench::drawn_network(static_cast<std::uint32_t>(i)));
    return static_cast<int>(run.finish());
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return static_cast<int>(error.exit_code());
  }
}
