// Networks drawn for the recorder's round trips: any valid values, no regard to shapes.
#pragma once

#include <random>
#include <string>

#include "core/network_spec.h"

namespace mayfly {

inline int below(std::mt19937& bits, int bound) {
  return static_cast<int>(bits() % static_cast<unsigned>(bound));
}

inline double random_rate(std::mt19937& bits) {
  return below(bits, 3) == 0 ? 0 : (bits() >> 2) * 0x1p-30;
}

inline ConvBlockSpec random_block(std::mt19937& bits) {
  ConvBlockSpec block{.out_channels = 1 + below(bits, 400),
                      .kernel_size = 1 + below(bits, 32),
                      .stride = 1 + below(bits, 9),
                      .padding = below(bits, 6),
                      .relu = below(bits, 2) == 0,
                      .dropout = below(bits, 2) == 0};
  if (below(bits, 2) == 0) {
    block.pool =
        PoolSpec{.kernel_size = 1 + below(bits, 9), .stride = 1 + below(bits, 4), .padding = below(bits, 4)};
  }
  return block;
}

inline NetworkSpec random_spec(std::mt19937& bits) {
  NetworkSpec spec{.id = "2021_02_15_12_00_00_" + std::to_string(100000 + below(bits, 900000)),
                   .random_seed = static_cast<std::uint32_t>(bits()),
                   .dataset = below(bits, 2) == 0 ? "CIFAR100" : "FashionMNIST",
                   .batch_size = 25 + below(bits, 226),
                   .sgd = {.learning_rate = 0.01 + random_rate(bits),
                           .momentum = random_rate(bits),
                           .dampening = random_rate(bits),
                           .weight_decay = random_rate(bits) * 1e-4},
                   .dropout_rate = random_rate(bits),
                   .fc_dropout_rate = random_rate(bits),
                   .classes = 10 + 90 * below(bits, 2)};
  for (int i = 1 + below(bits, 5); i > 0; --i) spec.conv_blocks.push_back(random_block(bits));
  for (int i = below(bits, 5); i > 0; --i) {
    spec.hidden_linears.push_back({.out_features = 1 + below(bits, 400), .dropout = below(bits, 2) == 0});
  }
  return spec;
}

}  // namespace mayfly
