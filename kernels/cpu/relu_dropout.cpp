#include "kernels/cpu/relu_dropout.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace mayfly::cpu {
namespace {

/// One image and channel of an element mask: consecutive indices over the full map, kept positions only.
void element_mask_of_channel(const DropoutShape& shape, const MaskDraws& draws, std::uint64_t channel,
                             float* mask) {
  const std::ptrdiff_t position = std::ptrdiff_t{shape.batch} * shape.channels;
  PhiloxBlock block{};
  std::uint64_t drawn = std::numeric_limits<std::uint64_t>::max();  // which block that is
  for (int h = 0; h < shape.height; ++h) {
    for (int w = 0; w < shape.width; ++w) {
      const std::uint64_t index = (channel * shape.full_height + h) * shape.full_width + w;
      if (index / 4 != drawn) {
        drawn = index / 4;
        block = draw_quad(draws.seed, Stream::dropout, draws.at, static_cast<std::uint32_t>(drawn));
      }
      const bool kept = block[index % 4] >= draws.threshold;
      mask[(std::ptrdiff_t{h} * shape.width + w) * position + static_cast<std::ptrdiff_t>(channel)] =
          kept ? draws.scale : 0.0F;
    }
  }
}

/// Sums the positions' bias gradients in order, the first taken as it is.
void add_positions(int positions, int channels, const float* position_bias, float* dbias) {
  std::memcpy(dbias, position_bias, static_cast<std::size_t>(channels) * sizeof(float));
  for (int p = 1; p < positions; ++p)
    for (int c = 0; c < channels; ++c) dbias[c] += position_bias[std::ptrdiff_t{p} * channels + c];
}

}  // namespace

void dropout_mask(Team& team, const DropoutShape& shape, double rate, std::uint32_t seed, DrawAddress at,
                  float* mask) {
  const MaskDraws draws{seed, at, static_cast<std::uint64_t>(std::floor(rate * 0x1p32 + 0.5)),
                        static_cast<float>(1.0 / (1.0 - rate))};
  if (shape.per_element) {
    team.for_each(shape.batch * shape.channels, [&](int channel, int) {
      element_mask_of_channel(shape, draws, static_cast<std::uint64_t>(channel), mask);
    });
    return;
  }
  const auto quads = static_cast<std::uint32_t>((std::int64_t{shape.batch} * shape.channels + 3) / 4);
  dropout_quads(draws, 0, quads, mask);
}

void activation_backward(Team& team, const Conv2dShape& shape, const Activation& activation, const float* y,
                         float* dy, float* dbias, float* position_bias) {
  const std::ptrdiff_t step = std::ptrdiff_t{shape.batch} * shape.out_channels;
  team.for_each(shape.out_positions(), [&](int p, int) {
    const float* mask = activation.mask;
    if (mask != nullptr && activation.mask_per_position) mask += p * step;
    position_backward({shape.batch, shape.out_channels, activation.relu, y + p * step, mask, dy + p * step,
                       position_bias + std::ptrdiff_t{p} * shape.out_channels});
  });
  add_positions(shape.out_positions(), shape.out_channels, position_bias, dbias);
}

}  // namespace mayfly::cpu
