// Whole training steps of the named networks on one core, or on a GPU (--device cuda, --arithmetic fast):
// images/s, useful FLOP/s and percent of the peak.
#include <benchmark/benchmark.h>

#include "bench/random_images.h"
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

void training_step(benchmark::State& state, const NamedNetwork& named, const Subject& subject) {
  const auto batch_size = static_cast<std::size_t>(named.spec.batch_size);
  const RandomImages images(named.image, named.spec.classes, batch_size);
  const auto backend = subject.device->make_backend(1);
  const auto dataset = backend->make_dataset(images.pixels, images.labels, named.image);
  Network network(*backend, named.spec, named.image, pixel_table(Normalize::half, {}, named.image), {});
  network.initialise();
  network.set_order(cyclic_order(kSteps * batch_size, batch_size));  // one batch, again and again
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
