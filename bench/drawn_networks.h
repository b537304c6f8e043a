// Networks of the published search space for benchmarks: always the same ones.
#pragma once

#include <cstdint>

#include "trainer/self_test/named_networks.h"

namespace mayfly::bench {

/// Network `index` of preset `published`, seed 7, on CIFAR-100 or FashionMNIST.
NamedNetwork drawn_network(std::uint32_t index);

}  // namespace mayfly::bench
