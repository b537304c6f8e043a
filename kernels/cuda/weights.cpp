#include "kernels/cuda/weights.h"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "kernels/cuda/runtime.h"

namespace mayfly::cuda {
namespace {

/// Calls visit(place on the device, index in logical order) for every weight.
template <class Visit>
void for_each_weight(const Conv2dShape& shape, const WeightLayout& layout, const Visit& visit) {
  const auto out_channels = static_cast<std::size_t>(shape.out_channels);
  const auto channels = static_cast<std::size_t>(shape.in_channels);
  const auto taps = static_cast<std::size_t>(shape.kernel_size) * static_cast<std::size_t>(shape.kernel_size);
  std::size_t logical = 0;
  for (std::size_t o = 0; o < out_channels; ++o)
    for (std::size_t c = 0; c < channels; ++c)
      for (std::size_t tap = 0; tap < taps; ++tap)
        visit(o * layout.out_channel + c * layout.channel + tap * layout.tap_step, logical++);
}

void require_size(const Conv2dShape& shape, std::size_t found) {
  if (static_cast<std::size_t>(shape.weight_count()) != found)
    throw std::logic_error("conv2d: the weights have the wrong size");
}

}  // namespace

void import_weights(const Conv2dShape& shape, const WeightLayout& layout, std::span<const float> logical,
                    float* weights, cudaStream_t stream) {
  require_size(shape, logical.size());
  std::vector<float> physical(layout.floats, layout.padding);
  for_each_weight(shape, layout, [&](std::size_t place, std::size_t i) { physical[place] = logical[i]; });
  upload(physical.data(), weights, physical.size() * sizeof(float), stream);
}

void export_weights(const Conv2dShape& shape, const WeightLayout& layout, const float* weights,
                    std::span<float> logical, cudaStream_t stream) {
  require_size(shape, logical.size());
  std::vector<float> physical(layout.floats);
  download(weights, physical.data(), physical.size() * sizeof(float), stream);
  for_each_weight(shape, layout, [&](std::size_t place, std::size_t i) {
    const float value = physical[place];
    logical[i] = std::isnan(value) ? std::numeric_limits<float>::quiet_NaN() : value;
  });
}

}  // namespace mayfly::cuda
