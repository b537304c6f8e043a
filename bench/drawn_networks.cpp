#include "bench/drawn_networks.h"

#include <fmt/format.h>

#include "generator/sample.h"

namespace mayfly::bench {

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

}  // namespace mayfly::bench
