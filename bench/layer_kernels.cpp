// Convolution and Linear kernels of the named networks and of 60 drawn ones (--layers N: a layer of each),
// each direction: on one core, or on a GPU (--device cuda, --arithmetic fast for the vendor's kernels).
// Counters: useful FLOP/s (valid terms only), nominal FLOP/s (as a full zero-padded convolution would count),
// bytes/s (operands and result, each once), and what the useful rate is in percent of the peak, the bytes in
// percent of copying as many.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <functional>

#include "bench/copy_rate.h"
#include "bench/drawn_networks.h"
#include "bench/report.h"
#include "core/network_shapes.h"
#include "kernels/backend.h"
#include "trainer/self_test/layer_bench.h"
#include "trainer/self_test/named_networks.h"

namespace mayfly::bench {
namespace {

using Direction = void (LayerBench::*)();

void run(benchmark::State& state, const LayerShape& layer, const Subject& subject, Direction direction) {
  const auto backend = subject.device->make_backend(1);
  LayerBench bench(*backend, layer.conv);
  time_calls(state, *backend, [&] { (bench.*direction)(); });
  const double nominal = 2.0 * static_cast<double>(layer.conv.weight_count()) * layer.full_output.height *
                         layer.full_output.width * layer.conv.batch;
  count_useful(state, bench.flops(), subject.peak.flops);
  state.counters["nominal_FLOP/s"] = rate(nominal);
  state.counters["bytes/s"] = rate(bench.bytes());
  if (!backend->is_cuda())
    state.counters["percent_of_copying"] =
        rate(100.0 * bench.bytes() / copy_rate(static_cast<std::size_t>(bench.bytes())));
}

std::string name_of(const NamedNetwork& network, std::size_t index, const LayerShape& layer,
                    const char* direction) {
  const Conv2dShape& s = layer.conv;
  return fmt::format("{}/layer{}_b{}_c{}_h{}_o{}_k{}_s{}_p{}/{}", network.name, index + 1, s.batch,
                     s.in_channels, s.height, s.out_channels, s.kernel_size, s.stride, s.padding, direction);
}

void register_layer(const NamedNetwork& network, std::size_t index, const LayerShape& layer,
                    const Subject& subject) {
  const auto add = [&](const char* name, Direction direction) {
    register_benchmark(name_of(network, index, layer, name), subject,
                       [=](benchmark::State& state) { run(state, layer, subject, direction); });
  };
  add("forward", &LayerBench::forward);
  if (!layer.conv.input_is_image) add("data_gradient", &LayerBench::data_gradient);
  add("weight_gradient", &LayerBench::weight_gradient);
}

}  // namespace
}  // namespace mayfly::bench

int main(int argc, char** argv) {
  using namespace mayfly;
  return bench::run_benchmarks(argc, argv, [](const bench::Subject& subject, int& count, char** words) {
    const int drawn = bench::take_count(count, words, "layers", 60);
    for (const NamedNetwork& network : named_networks()) {
      const NetworkShapes shapes = network_shapes(network.spec, network.image);
      for (std::size_t i = 0; i < shapes.layers.size(); ++i)
        bench::register_layer(network, i, shapes.layers[i], subject);
    }
    for (int i = 0; i < drawn; ++i) {
      const NamedNetwork network = bench::drawn_network(static_cast<std::uint32_t>(i));
      const NetworkShapes shapes = network_shapes(network.spec, network.image);
      const std::size_t layer = static_cast<std::size_t>(i) % shapes.layers.size();
      bench::register_layer(network, layer, shapes.layers[layer], subject);
    }
  });
}
