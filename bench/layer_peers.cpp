// Convolution layers beside oneDNN's, one thread each, in one run and in turns: those of the named networks
// and of drawn ones.
//
//   layer_peers [--networks 24] [--pairs 5]
//
// A line an operation; the last lines are, for each direction, geometric mean, smallest and median of the
// ratios (oneDNN's seconds by Mayfly's; of each operation the median of its pairs). Both are compared with
// tests/reference first; exit code 5 where one differs. Wants OMP_NUM_THREADS=1, and a core of
// its own.
#include <fmt/format.h>

#include <oneapi/dnnl/dnnl_version.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/command_line.h"
#include "bench/drawn_networks.h"
#include "bench/onednn_operations.h"
#include "bench/pairs.h"
#include "core/error.h"
#include "trainer/self_test/named_networks.h"

namespace mayfly::bench {
namespace {

constexpr double kLeastSeconds = 0.05;  // that are timed at once
constexpr double kMostFlops = 4e10;     // of an operation: larger ones are left out

Contender contender(Operation& operation) {
  const auto run = [&operation] { operation.run(); };
  return {run, calls_for(seconds_of(1, run), kLeastSeconds)};
}

/// oneDNN would take all cores.
void require_one_thread() {
  const char* threads = std::getenv("OMP_NUM_THREADS");
  if (threads == nullptr || std::string(threads) != "1")
    throw UsageError("both are to have one thread: start it with OMP_NUM_THREADS=1");
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
    for (const auto& [direction, ratios] : ratios_)
      print_summary(ratios, fmt::format("{}, {} layers", direction, ratios.size()));
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
      fmt::print("{}: left out: {}\n", name, wrong);
      all_agree_ = false;
      return;
    }
    const std::vector<Pair> pairs = timed_in_turns(contender(*ours), contender(*theirs), pairs_);
    ratios_[direction].push_back(median_ratio(pairs));
    fmt::print("{:46} mayfly {:9.3f} ms  oneDNN {:9.3f} ms  ratio {:6.2f}\n", name,
               median_seconds(pairs, 0) * 1e3, median_seconds(pairs, 1) * 1e3, median_ratio(pairs));
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
  return bench::exit_code_of([&] {
    bench::require_one_thread();
    const int networks = bench::take_count(argc, argv, "networks", 24);
    bench::Run run(bench::take_count(argc, argv, "pairs", 5, 1));
    bench::refuse_others(argc, argv, "--networks N, --pairs N");
    fmt::print("{}, oneDNN {}.{}.{}\n", open_device("cpu")->information(), DNNL_VERSION_MAJOR,
               DNNL_VERSION_MINOR, DNNL_VERSION_PATCH);
    for (const NamedNetwork& network : named_networks()) run.add(network);
    for (int i = 0; i < networks; ++i) run.add(bench::drawn_network(static_cast<std::uint32_t>(i)));
    return static_cast<int>(run.finish());
  });
}
