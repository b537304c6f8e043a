// How good the rule is that chooses a GPU's kernel for each direction of a convolution or Linear layer
// (kernels/cuda/gemm_choice.h): every kernel that it chooses from, timed, beside its choice. Layers of the
// named networks and one of each of 60 drawn ones.
//
//   conv2d_variants [--device cuda] [--layers 60] [--csv FILE]
//
// A variant that a direction does not have is one that it has, timed again. The fastest of so many timings is
// a little too fast, so what a choice loses is a little less. Nothing is verified here: `mayfly selftest`
// does that.
//
// Each line: microseconds of the choice, of the fastest kernel and its name, and what the choice loses. FILE
// gets all figures: layer,direction,variant,microseconds; variant "rule" is the choice.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "bench/command_line.h"
#include "bench/drawn_networks.h"
#include "bench/pairs.h"
#include "core/network_shapes.h"
#include "kernels/backend.h"
#include "trainer/self_test/kernel_tasks.h"
#include "trainer/self_test/layer_bench.h"

namespace mayfly::bench {
namespace {

constexpr double kSeconds = 2e-3;  // of a timing

struct Loss {
  double chosen = 0, fastest = 0;  ///< microseconds
};

double microseconds(Backend& backend, LayerBench& layer, const LayerDirection& direction) {
  return 1e6 * seconds_per_call(
                   backend, [&] { (layer.*direction.run)(); }, kSeconds);
}

/// Of one layer, in each direction: the rule's choice, then the variants.
class Measured {
 public:
  Measured(Device& device, const Conv2dShape& shape) : directions_(directions_of(shape)) {
    add(device.make_backend(1), shape);
    variants_ = device.make_backend(1)->conv2d_variants();
    for (std::size_t i = 0; i < variants_.size(); ++i) add(with_variant(device.make_backend(1), i), shape);
  }

  /// The figures go to `csv` too.
  std::vector<Loss> print(const std::string& layer, std::ostream& csv) const {
    std::vector<Loss> losses;
    for (std::size_t d = 0; d < directions_.size(); ++d) {
      const std::vector<double> times = times_of(d);
      const auto fastest = std::min_element(times.begin() + 1, times.end());
      losses.push_back({times.front(), std::min(times.front(), *fastest)});
      fmt::print("{:<60} {:<15} {:>9.1f} us; fastest {:>9.1f} us, {:<18} {:>4.2f}\n", layer,
                 directions_[d].name, times.front(), *fastest,
                 variants_[static_cast<std::size_t>(fastest - times.begin() - 1)],
                 losses.back().chosen / losses.back().fastest);
      for (std::size_t i = 0; i < times.size(); ++i)
        csv << fmt::format("{},{},{},{:.3f}\n", layer, directions_[d].name,
                           i == 0 ? "rule" : '"' + variants_[i - 1] + '"', times[i]);
    }
    std::fflush(stdout);
    return losses;
  }

 private:
  void add(std::unique_ptr<Backend> backend, const Conv2dShape& shape) {
    LayerBench layer(*backend, shape);
    for (const LayerDirection& direction : directions_)
      times_.push_back(microseconds(*backend, layer, direction));
  }
  std::vector<double> times_of(std::size_t direction) const {
    std::vector<double> times;
    for (std::size_t i = direction; i < times_.size(); i += directions_.size()) times.push_back(times_[i]);
    return times;
  }

  std::vector<LayerDirection> directions_;
  std::vector<std::string> variants_;
  std::vector<double> times_;
};

void print_summary(const std::vector<Loss>& losses) {
  double chosen = 0, fastest = 0;
  std::vector<double> ratios;
  for (const Loss& loss : losses) {
    ratios.push_back(loss.chosen / loss.fastest);
    chosen += loss.chosen, fastest += loss.fastest;
  }
  fmt::print("choice by fastest: geometric mean {:.3f}, worst {:.2f}, whole time {:.3f}\n",
             geometric_mean(ratios), *std::max_element(ratios.begin(), ratios.end()), chosen / fastest);
}

void run(int argc, char** argv) {
  const int drawn = take_count(argc, argv, "layers", 60);
  const std::string file = take_option(argc, argv, "csv", "");
  const std::string name = take_option(argc, argv, "device", "cuda");
  refuse_others(argc, argv, "--device cuda:0, --layers N, --csv FILE");
  const auto device = open_device(name);
  if (device->name() == "cpu") throw UsageError("--device: on a CPU there is one kernel; expected cuda");
  fmt::print("{}\n", device->information());
  std::ofstream csv;
  if (!file.empty()) csv.open(file);
  if (!csv) throw UsageError("--csv: cannot write " + file);
  std::vector<Loss> losses;
  for (const NamedLayer& named : benchmark_layers(drawn))
    for (const Loss& loss : Measured(*device, named.layer.conv).print(named.name, csv))
      losses.push_back(loss);
  print_summary(losses);
}

}  // namespace
}  // namespace mayfly::bench

int main(int argc, char** argv) {
  return mayfly::bench::exit_code_of([&] {
    mayfly::bench::run(argc, argv);
    return 0;
  });
}
