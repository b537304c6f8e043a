// A data set and a network that live a whole life in milliseconds.
#pragma once

#include <cstdint>
#include <random>

#include "core/network_spec.h"
#include "data/dataset.h"
#include "trainer/dataset_store.h"

namespace mayfly::tests {

inline const ImageShape kTinyImage{2, 7, 7};
inline constexpr int kTinyClasses = 5;

/// Images whose brightness leans on their class, so that there is something to learn.
inline ImageSet tiny_images(std::size_t count, std::uint32_t seed) {
  std::mt19937 generator(seed);
  ImageSet set{.image = kTinyImage};
  for (std::size_t i = 0; i < count; ++i) {
    const auto label = static_cast<std::uint8_t>(generator() % kTinyClasses);
    set.labels.push_back(label);
    for (int pixel = 0; pixel < kTinyImage.channels * kTinyImage.height * kTinyImage.width; ++pixel)
      set.pixels.push_back(static_cast<std::uint8_t>(generator() % 128 + 20U * label));
  }
  return set;
}

inline Dataset tiny_dataset(std::size_t train = 45, std::size_t validation = 31) {
  return {.name = "Tiny",
          .classes = kTinyClasses,
          .train = tiny_images(train, 1),
          .validation = tiny_images(validation, 2)};
}

/// 11 batches of training images, 7 of validation images; every kind of layer and of regularisation.
inline NetworkSpec tiny_spec(std::uint32_t random_seed = 7) {
  return {.id = "2021_02_15_13_55_26_539263",
          .random_seed = random_seed,
          .dataset = "Tiny",
          .batch_size = 4,
          .sgd = {.learning_rate = 0.05, .momentum = 0.5, .dampening = 0.1, .weight_decay = 0.001},
          .dropout_rate = 0.2,
          .conv_blocks = {{.out_channels = 6,
                           .kernel_size = 3,
                           .stride = 1,
                           .padding = 1,
                           .relu = true,
                           .dropout = true,
                           .pool = PoolSpec{.kernel_size = 2, .stride = 2, .padding = 1}},
                          {.out_channels = 5, .kernel_size = 2, .stride = 2, .padding = 0}},
          .fc_dropout_rate = 0.3,
          .hidden_linears = {{.out_features = 9, .dropout = true}},
          .classes = kTinyClasses};
}

/// Diverges within its first epoch for good: every bias of the last Linear becomes NaN.
inline NetworkSpec hopeless_spec() {
  NetworkSpec spec = tiny_spec();
  spec.sgd.learning_rate = 1e30;
  return spec;
}

}  // namespace mayfly::tests
