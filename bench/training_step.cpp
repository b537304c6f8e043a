// Whole training steps of the named networks on one core: images/s, useful FLOP/s and percent of the measured
// FMA peak.
#include <benchmark/benchmark.h>

#include <numeric>
#include <random>
#include <vector>

#include "bench/named_shapes.h"
#include "bench/report.h"
#include "kernels/backend.h"
#include "nn/network.h"
#include "nn/normalize.h"

namespace mayfly::bench {
namespace {

/// Useful FLOPs of a step: forward, weight gradient, and the data gradient of all layers but the first.
double useful_flops(const NetworkShapes& shapes) {
  double flops = 0;
  for (const LayerShape& layer : shapes.layers)
    flops += 2.0 * static_cast<double>(useful_macs(layer.conv)) * layer.conv.batch *
             (layer.conv.input_is_image ? 2 : 3);
  return flops;
}

/// Random pixels and labels for one batch.
struct RandomBatch {
  RandomBatch(const NamedNetwork& network)
      : pixels(static_cast<std::size_t>(network.spec.batch_size) * network.image.channels *
               network.image.height * network.image.width),
        labels(static_cast<std::size_t>(network.spec.batch_size)),
        order(labels.size()) {
    std::mt19937 generator(1);
    for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(generator());
    for (std::uint8_t& label : labels) label = static_cast<std::uint8_t>(generator() % network.spec.classes);
    std::iota(order.begin(), order.end(), 0U);
  }
  std::vector<std::uint8_t> pixels, labels;
  std::vector<std::uint32_t> order;
};

void training_step(benchmark::State& state, const NamedNetwork& named, double peak) {
  const RandomBatch batch(named);
  const auto backend = make_backend("cpu", 1);
  const auto dataset = backend->make_dataset(batch.pixels, batch.labels, named.image);
  Network network(*backend, named.spec, named.image, pixel_table(Normalize::half, {}, named.image), {});
  network.initialise();
  network.set_order(batch.order);
  for (auto _ : state) {
    backend->set_counters({.step = 0, .updates = backend->counters().updates});
    network.train_step(*dataset);
  }
  count_useful(state, useful_flops(network.shapes()), peak);
  state.counters["images/s"] = rate(named.spec.batch_size);
}

}  // namespace
}  // namespace mayfly::bench

int main(int argc, char** argv) {
  using namespace mayfly;
  const double peak = bench::print_peak();
  for (const bench::NamedNetwork& network : bench::named_networks())
    benchmark::RegisterBenchmark(
        network.name.c_str(), [=](benchmark::State& state) { bench::training_step(state, network, peak); });
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
