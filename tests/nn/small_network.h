// A network small enough for tests that still has every kind of layer, and random images for it.
#pragma once

#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "core/network_spec.h"
#include "core/shape.h"

namespace mayfly::tests {

inline const ImageShape kSmallImage{3, 9, 9};

inline NetworkSpec small_network() {
  return {
      .random_seed = 7,
      .batch_size = 6,
      .sgd = {.learning_rate = 0.05, .momentum = 0.8, .dampening = 0.1, .weight_decay = 0.001},
      .dropout_rate = 0.3,
      .conv_blocks =
          {{.out_channels = 17, .kernel_size = 4, .stride = 2, .padding = 3, .relu = true, .dropout = true},
           {.out_channels = 70,
            .kernel_size = 3,
            .stride = 1,
            .padding = 2,
            .relu = true,
            .pool = PoolSpec{.kernel_size = 3, .stride = 2, .padding = 1}},
           {.out_channels = 5, .kernel_size = 2, .stride = 2, .padding = 0}},
      .fc_dropout_rate = 0.4,
      .hidden_linears = {{.out_features = 33, .dropout = true}},
      .classes = 10};
}

struct RandomImages {
  RandomImages(std::size_t count, ImageShape image, int classes)
      : pixels(count * image.channels * image.height * image.width), labels(count), order(count) {
    std::mt19937 generator(5);
    for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(generator());
    for (std::uint8_t& label : labels)
      label = static_cast<std::uint8_t>(generator() % static_cast<unsigned>(classes));
    std::iota(order.begin(), order.end(), 0U);
  }
  std::vector<std::uint8_t> pixels, labels;
  std::vector<std::uint32_t> order;
};

}  // namespace mayfly::tests
