// Networks of the published search space for benchmarks, and layers: always the same ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/network_shapes.h"
#include "trainer/self_test/named_networks.h"

namespace mayfly::bench {

/// Network `index` of preset `published`, seed 7, on CIFAR-100 or FashionMNIST.
NamedNetwork drawn_network(std::uint32_t index);

struct NamedLayer {
  std::string name;  ///< "lenet_like/layer2_b128_c32_h14_o64_k5_s1_p2"
  LayerShape layer;
};

/// All layers of the named networks, and one of each of `drawn` drawn ones.
std::vector<NamedLayer> benchmark_layers(int drawn);

}  // namespace mayfly::bench
