#include "tests/support/device_layout.h"

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <stdexcept>

namespace mayfly {
namespace {

/// Channels of a map as they lie in memory.
int stored_channels(const Backend& backend, const LogicalMap& map) {
  return static_cast<int>(backend.map_floats(1, 1, map.c));
}

/// Calls visit(n, c, h, w, place on the device) for every element, c beyond the map's where there is padding.
template <class Visit>
void for_each_element(const Backend& backend, const LogicalMap& map, const Visit& visit) {
  const int channels = stored_channels(backend, map);
  std::size_t physical = 0;
  for (int h = 0; h < map.h; ++h)
    for (int w = 0; w < map.w; ++w)
      for (int n = 0; n < map.n; ++n)
        for (int c = 0; c < channels; ++c) visit(n, c, h, w, physical++);
}

}  // namespace

std::size_t device_floats(const Backend& backend, const LogicalMap& map) {
  return backend.map_floats(map.h * map.w, map.n, map.c);
}

std::vector<float> to_device(const Backend& backend, const LogicalMap& map,
                             const std::vector<float>& logical) {
  std::vector<float> physical(device_floats(backend, map));
  for_each_element(backend, map, [&](int n, int c, int h, int w, std::size_t at) {
    if (c < map.c) physical[at] = logical[map.at(n, c, h, w)];
  });
  return physical;
}

std::vector<float> from_device(const Backend& backend, const LogicalMap& map,
                               const std::vector<float>& physical) {
  std::vector<float> logical(map.count());
  bool clean = true;
  for_each_element(backend, map, [&](int n, int c, int h, int w, std::size_t at) {
    if (c < map.c)
      logical[map.at(n, c, h, w)] = physical[at];
    else
      clean = clean && std::bit_cast<std::uint32_t>(physical[at]) == 0;
  });
  if (!clean) throw std::runtime_error(fmt::format("the padding of {} channels is not +0", map.c));
  return logical;
}

std::vector<float> gathered(const Backend& backend, const LogicalMap& map, int padding,
                            const std::vector<float>& logical) {
  // As a logical map whose last index is the channel: (row, image, column, ...) or (row, column, image, ...).
  const int height = map.h + 2 * padding, width = map.w + 2 * padding;
  const bool cuda = backend.is_cuda();
  const LogicalMap layout{height, cuda ? width : map.n, cuda ? map.n : width, map.c};
  std::vector<float> physical(layout.count());
  for (int n = 0; n < map.n; ++n)
    for (int c = 0; c < map.c; ++c)
      for (int h = 0; h < map.h; ++h)
        for (int w = 0; w < map.w; ++w) {
          const int column = w + padding;
          physical[layout.at(h + padding, cuda ? column : n, cuda ? n : column, c)] =
              logical[map.at(n, c, h, w)];
        }
  return physical;
}

std::vector<float> conv_input(const Backend& backend, const Conv2dShape& shape,
                              const std::vector<float>& logical) {
  if (shape.input_is_image) return gathered(backend, input_map(shape), shape.padding, logical);
  return to_device(backend, input_map(shape), logical);
}

}  // namespace mayfly
