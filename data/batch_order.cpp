#include "data/batch_order.h"

#include <numeric>
#include <utility>

#include "core/random.h"

namespace mayfly {

std::vector<std::uint32_t> batch_order(std::uint32_t seed, std::uint32_t epoch, std::uint32_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  DrawSequence draws(seed, Stream::order, {.epoch = epoch});
  for (std::uint32_t i = count; i-- > 1;) std::swap(order[i], order[draws.below(i + 1)]);
  return order;
}

BatchPlan batch_plan(std::uint64_t count, std::uint32_t batch_size) {
  return {static_cast<std::uint32_t>(count / batch_size)};
}

}  // namespace mayfly
