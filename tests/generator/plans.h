// Plans that the tests of the generator sample from.
#pragma once

#include <string>
#include <utility>

#include "generator/sample.h"

namespace mayfly::testing_plans {

inline DatasetFacts fashion_mnist() {
  return {.name = "FashionMNIST",
          .classes = 10,
          .image = {1, 28, 28},
          .train_images = 60000,
          .validation_images = 10000};
}

inline DatasetFacts cifar100() {
  return {.name = "CIFAR100",
          .classes = 100,
          .image = {3, 32, 32},
          .train_images = 50000,
          .validation_images = 10000};
}

inline SamplingPlan plan_of(const std::string& preset, DatasetFacts dataset) {
  return {.space = preset_search_space(preset), .campaign_seed = 2022, .datasets = {std::move(dataset)}};
}

}  // namespace mayfly::testing_plans
