#include "bench/drawn_networks.h"

#include <fmt/format.h>

#include "generator/sample.h"

namespace mayfly::bench {
namespace {

NamedLayer named_layer(const NamedNetwork& network, const NetworkShapes& shapes, std::size_t index) {
  const LayerShape& layer = shapes.layers[index];
  const Conv2dShape& s = layer.conv;
  return {fmt::format("{}/layer{}_b{}_c{}_h{}_o{}_k{}_s{}_p{}", network.name, index + 1, s.batch,
                      s.in_channels, s.height, s.out_channels, s.kernel_size, s.stride, s.padding),
          layer};
}

}  // namespace

NamedNetwork drawn_network(std::uint32_t index) {
  const SamplingPlan plan{.space = preset_search_space("published"),
                          .campaign_seed = 7,
                          .datasets = {{.name = "CIFAR100",
                                        .classes = 100,
                                        .image = kColour,
                                        .train_images = 50000,
                                        .validation_images = 10000},
                                       {.name = "FashionMNIST",
                                        .classes = 10,
                                        .image = kGray,
                                        .train_images = 60000,
                                        .validation_images = 10000}}};
  const SampledNetwork sampled = sample_network(plan, index);
  return {fmt::format("published_{:03}_{}", index, sampled.spec.dataset), sampled.spec,
          plan.datasets[sampled.dataset].image};
}

std::vector<NamedLayer> benchmark_layers(int drawn) {
  std::vector<NamedLayer> layers;
  for (const NamedNetwork& network : named_networks()) {
    const NetworkShapes shapes = network_shapes(network.spec, network.image);
    for (std::size_t i = 0; i < shapes.layers.size(); ++i) layers.push_back(named_layer(network, shapes, i));
  }
  for (int i = 0; i < drawn; ++i) {
    const NamedNetwork network = drawn_network(static_cast<std::uint32_t>(i));
    const NetworkShapes shapes = network_shapes(network.spec, network.image);
    layers.push_back(named_layer(network, shapes, static_cast<std::size_t>(i) % shapes.layers.size()));
  }
  return layers;
}

}  // namespace mayfly::bench
