// Layout of activations and gradients on the device. A map is (position, image, channel) with neighbouring
// channels next to each other, so that every load is one of 16 bytes: the channels are padded to whole groups
// of four. The padding always holds +0; weights hold -0 there (conv2d.h), so that a product of both is -0 and
// changes no sum.
#pragma once

#include <cstdint>

namespace mayfly::cuda {

constexpr int padded_to_four(int channels) {
  return (channels + 3) / 4 * 4;
}

/// Element (position p, image n, channel c) lies at p*position + n*image + c; position = row*width + column.
struct MapLayout {
  int position = 0;
  int image = 0;
};

/// (positions, images, channels): the layout of the exact arithmetic. Wrong where it does not fit 32 bits,
/// which the layers refuse.
constexpr MapLayout position_major(int batch, int channels) {
  return {static_cast<int>(std::int64_t{batch} * padded_to_four(channels)), padded_to_four(channels)};
}

/// (images, positions, channels): the layout of the vendor's kernels.
constexpr MapLayout image_major(int positions, int channels) {
  return {padded_to_four(channels), positions * padded_to_four(channels)};
}

}  // namespace mayfly::cuda
