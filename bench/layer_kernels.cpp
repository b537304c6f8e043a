// Convolution and Linear kernels of the named networks, each direction, on one core. Counters: useful FLOP/s
// (valid terms only), nominal FLOP/s (as a full zero-padded convolution would count), and the useful rate in
// percent of the FMA peak measured at start.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <random>

#include "bench/named_shapes.h"
#include "bench/report.h"
#include "core/network_shapes.h"
#include "kernels/backend.h"

namespace mayfly::bench {
namespace {

/// One layer with operands on a backend.
struct LayerBench {
  explicit LayerBench(const Conv2dShape& shape)
      : backend(make_backend("cpu", 1)),
        conv(backend->make_conv2d(shape)),
        x(filled(input_floats(shape))),
        y(filled(static_cast<std::size_t>(shape.output_count()))),
        weights(filled(conv->weight_floats())),
        gradients(filled(conv->weight_floats())),
        bias(filled(static_cast<std::size_t>(shape.out_channels))) {}

  static std::size_t input_floats(const Conv2dShape& s) {
    const int border = s.input_is_image ? 2 * s.padding : 0;
    return static_cast<std::size_t>(s.height + border) * (s.width + border) * s.batch * s.in_channels;
  }

  Buffer filled(std::size_t floats) {
    Buffer buffer = backend->allocate(floats * sizeof(float));
    std::mt19937 generator(static_cast<unsigned>(floats));
    std::generate_n(buffer.floats(), floats,
                    [&] { return static_cast<float>(generator() >> 8) * 0x1p-24F - 0.5F; });
    return buffer;
  }

  std::unique_ptr<Backend> backend;
  std::unique_ptr<Conv2d> conv;
  Buffer x, y, weights, gradients, bias;
};

using Direction = std::function<void(LayerBench&)>;

void run(benchmark::State& state, const LayerShape& layer, double peak, const Direction& direction) {
  LayerBench bench(layer.conv);
  for (auto _ : state) direction(bench);
  const double useful = 2.0 * static_cast<double>(useful_macs(layer.conv)) * layer.conv.batch;
  const double nominal = 2.0 * static_cast<double>(layer.conv.weight_count()) * layer.full_output.height *
                         layer.full_output.width * layer.conv.batch;
  count_useful(state, useful, peak);
  state.counters["nominal_FLOP/s"] = rate(nominal);
}

std::string name_of(const NamedNetwork& network, std::size_t index, const LayerShape& layer,
                    const char* direction) {
  const Conv2dShape& s = layer.conv;
  return fmt::format("{}/layer{}_b{}_c{}_h{}_o{}_k{}_s{}_p{}/{}", network.name, index + 1, s.batch,
                     s.in_channels, s.height, s.out_channels, s.kernel_size, s.stride, s.padding, direction);
}

void register_layer(const NamedNetwork& network, std::size_t index, const LayerShape& layer, double peak) {
  const auto add = [&](const char* direction, const Direction& body) {
    benchmark::RegisterBenchmark(name_of(network, index, layer, direction).c_str(),
                                 [=](benchmark::State& state) { run(state, layer, peak, body); });
  };
  add("forward", [](LayerBench& b) {
    b.conv->forward(b.x.floats(), b.weights.floats(), b.bias.floats(), {.relu = true}, b.y.floats());
  });
  if (!layer.conv.input_is_image)
    add("data_gradient",
        [](LayerBench& b) { b.conv->data_gradient(b.y.floats(), b.weights.floats(), b.x.floats()); });
  add("weight_gradient",
      [](LayerBench& b) { b.conv->weight_gradient(b.x.floats(), b.y.floats(), b.gradients.floats()); });
}

}  // namespace
}  // namespace mayfly::bench

int main(int argc, char** argv) {
  using namespace mayfly;
  const double peak = bench::print_peak();
  for (const bench::NamedNetwork& network : bench::named_networks()) {
    const NetworkShapes shapes = network_shapes(network.spec, network.image);
    for (std::size_t i = 0; i < shapes.layers.size(); ++i)
      bench::register_layer(network, i, shapes.layers[i], peak);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
