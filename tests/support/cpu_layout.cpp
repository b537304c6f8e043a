#include "tests/support/cpu_layout.h"

namespace mayfly {
namespace {

/// Calls visit(place in (N,C,H,W), place in (H,W,N,C)) for every element.
template <class Visit>
void for_each_element(const LogicalMap& map, Visit visit) {
  std::size_t physical = 0;
  for (int h = 0; h < map.h; ++h)
    for (int w = 0; w < map.w; ++w)
      for (int n = 0; n < map.n; ++n)
        for (int c = 0; c < map.c; ++c) visit(map.at(n, c, h, w), physical++);
}

}  // namespace

std::vector<float> to_cpu(const LogicalMap& map, const std::vector<float>& logical) {
  std::vector<float> physical(map.count());
  for_each_element(map, [&](std::size_t from, std::size_t to) { physical[to] = logical[from]; });
  return physical;
}

std::vector<float> from_cpu(const LogicalMap& map, const std::vector<float>& physical) {
  std::vector<float> logical(map.count());
  for_each_element(map, [&](std::size_t to, std::size_t from) { logical[to] = physical[from]; });
  return logical;
}

std::vector<float> gathered_cpu(const LogicalMap& map, int padding, const std::vector<float>& logical) {
  // As a logical map (row, image, column, channel), whose last index is the channel.
  const LogicalMap gathered{map.h + 2 * padding, map.n, map.w + 2 * padding, map.c};
  std::vector<float> physical(gathered.count());
  for (int n = 0; n < map.n; ++n)
    for (int c = 0; c < map.c; ++c)
      for (int h = 0; h < map.h; ++h)
        for (int w = 0; w < map.w; ++w)
          physical[gathered.at(h + padding, n, w + padding, c)] = logical[map.at(n, c, h, w)];
  return physical;
}

std::vector<float> conv_input_to_cpu(const Conv2dShape& shape, const std::vector<float>& logical) {
  if (shape.input_is_image) return gathered_cpu(input_map(shape), shape.padding, logical);
  return to_cpu(input_map(shape), logical);
}

}  // namespace mayfly
