#include "generator/search_space.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/near_miss.h"

namespace mayfly {
namespace {

// The published space with narrower layers, no tiny batches and a cap on the work, so that 40 epochs on
// FashionMNIST take a core about a minute on average and nine of ten networks less than three
// (estimate.h; tests/generator/estimate_test.cpp).
SearchSpace laptop_search_space() {
  SearchSpace space;
  space.out_channels = {1, 32};
  space.linear_width = {1, 128};
  space.batch_size = {50, 250};
  space.max_macs_per_image = 1'500'000;
  return space;
}

}  // namespace

const std::vector<std::string>& preset_names() {
  static const std::vector<std::string> names{"published", "laptop"};
  return names;
}

SearchSpace preset_search_space(const std::string& preset) {
  if (preset == "published") return {};
  if (preset == "laptop") return laptop_search_space();
  throw UsageError(fmt::format("preset: expected published or laptop, found '{}'{}", preset,
                               did_you_mean(preset, preset_names())));
}

}  // namespace mayfly
