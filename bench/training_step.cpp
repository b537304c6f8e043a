// Whole training steps of the named networks on one core, or on a GPU (--device cuda, --arithmetic fast):
// images/s, useful FLOP/s and percent of the peak.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "bench/report.h"
#include "kernels/backend.h"
#include "nn/network.h"
#include "nn/normalize.h"
#include "trainer/self_test/layer_bench.h"
#include "trainer/self_test/named_networks.h"

namespace mayfly::bench {
namespace {

/// Steps of an epoch: the device counts them by itself, and the host only begins anew after so many.
constexpr std::uint32_t kSteps = 256;

/// Random pixels and labels for one batch, which comes again and again.
struct RandomBatch {
  explicit RandomBatch(const NamedNetwork& network)
      : pixels(static_cast<std::size_t>(network.spec.batch_size) * network.image.channels *
               network.image.height * network.image.width),
        labels(static_cast<std::size_t>(network.spec.batch_size)),
        order(kSteps * labels.size()) {
    std::mt19937 generator(1);
    for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(generator());
    for (std::uint8_t& label : labels) label = static_cast<std::uint8_t>(generator() % network.spec.classes);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint32_t>(i % labels.size());
  }
  std::vector<std::uint8_t> pixels, labels;
  std::vector<std::uint32_t> order;
};

void training_step(benchmark::State& state, const NamedNetwork& named, const Subject& subject) {
  const RandomBatch batch(named);
  const auto backend = subject.device->make_backend(1);
  const auto dataset = backend->make_dataset(batch.pixels, batch.labels, named.image);
  Network network(*backend, named.spec, named.image, pixel_table(Normalize::half, {}, named.image), {});
  network.initialise();
  network.set_order(batch.order);
  time_calls(state, *backend, [&] {
    if (backend->counters().step == kSteps) backend->set_counters({.updates = 1});
    network.train_step(*dataset);
  });
  count_useful(state, training_flops(network.shapes()), subject.peak.flops);
  state.counters["images/s"] = rate(named.spec.batch_size);
}

}  // namespace
}  // namespace mayfly::bench

int main(int argc, char** argv) {
  using namespace mayfly;
  return bench::run_benchmarks(argc, argv, [](const bench::Subject& subject) {
    for (const NamedNetwork& network : named_networks())
      bench::register_benchmark(network.name, subject, [=](benchmark::State& state) {
        bench::training_step(state, network, subject);
      });
  });
}
