// Where the time of a training step goes, on one core or on a GPU (--device cuda, --arithmetic fast): one
// line an operation, the most expensive first, then the whole step and its roofline bound.
//
//   step_profile [NAME...]     names as training_step prints them; by default the named networks
//
// The bound of an operation is the longer of its useful FLOPs at the peak and its bytes at the rate at which
// one core copies memory of the network's size (measured here); that of the step is their sum.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "bench/measured_step.h"
#include "bench/report.h"
#include "core/network_shapes.h"

namespace mayfly::bench {
namespace {

void print_layers(const NamedNetwork& named) {
  int number = 0;
  for (const LayerShape& layer : network_shapes(named.spec, named.image).layers) {
    const Conv2dShape& s = layer.conv;
    fmt::print("  layer {}: {}x{}x{} -> {}x{}x{}, kernel {} stride {} padding {}, {:.0f} % useful", ++number,
               s.in_channels, s.height, s.width, s.out_channels, s.out_height, s.out_width, s.kernel_size,
               s.stride, s.padding,
               100.0 * static_cast<double>(useful_macs(s)) /
                   (static_cast<double>(s.weight_count()) * s.out_positions()));
    if (layer.pool)
      fmt::print(", pooling {} stride {} padding {}", layer.pool->kernel_size, layer.pool->stride,
                 layer.pool->padding);
    fmt::print("\n");
  }
}

void print_profile(const NamedNetwork& named, const Subject& subject) {
  const MeasuredStep step(named, subject);
  std::vector<OperationCost> costs = step.costs();
  std::sort(costs.begin(), costs.end(),
            [](const OperationCost& a, const OperationCost& b) { return a.seconds > b.seconds; });
  const double seconds = step.seconds();
  fmt::print("\n{}: {} images, {:.1f} MFLOP useful, {:.1f} MB, copied at {:.1f} GB/s, peak {:.1f} GFLOP/s\n",
             named.name, named.spec.batch_size, step.flops() * 1e-6, step.bytes() * 1e-6,
             step.bytes_per_second() * 1e-9, step.peak_flops() * 1e-9);
  print_layers(named);
  for (const OperationCost& cost : costs) {
    if (cost.seconds < 0.005 * seconds) continue;
    const std::string where =
        cost.layer > 0 ? fmt::format("{} {}", cost.operation, cost.layer) : cost.operation;
    fmt::print(
        "  {:30} {:9.3f} ms {:5.1f} %  {:6.1f} GFLOP/s ({:4.1f} % of peak)  {:6.1f} GB/s  bound {:5.1f} %\n",
        where, cost.seconds * 1e3, 100 * cost.seconds / seconds, cost.flops / cost.seconds * 1e-9,
        100 * cost.flops / cost.seconds / step.peak_flops(), cost.bytes / cost.seconds * 1e-9,
        100 * step.bound(cost) / cost.seconds);
  }
  fmt::print(
      "  {:30} {:9.3f} ms          {:6.1f} GFLOP/s ({:4.1f} % of peak)               bound {:5.1f} %\n",
      "step", seconds * 1e3, step.flops() / seconds * 1e-9, 100 * step.flops() / seconds / step.peak_flops(),
      100 * step.bound() / seconds);
  std::fflush(stdout);
}

/// Networks with these names, in this order.
std::vector<NamedNetwork> networks_called(int count, char** names) {
  if (count == 0) return named_networks();
  std::vector<NamedNetwork> found;
  for (int i = 0; i < count; ++i) found.push_back(network_called(names[i]));
  return found;
}

}  // namespace
}  // namespace mayfly::bench

int main(int argc, char** argv) {
  using namespace mayfly;
  return bench::exit_code_of([&] {
    const bench::Subject subject = bench::open_subject(argc, argv);
    for (const NamedNetwork& named : bench::networks_called(argc - 1, argv + 1))
      bench::print_profile(named, subject);
    return 0;
  });
}
