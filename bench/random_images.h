// A small data set of noise for benchmarks of whole steps.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "core/shape.h"

namespace mayfly::bench {

/// `count` images and labels; the same for the same arguments.
struct RandomImages {
  RandomImages(ImageShape image, int classes, std::size_t count)
      : pixels(count * static_cast<std::size_t>(image.channels * image.height * image.width)), labels(count) {
    std::mt19937 generator(1);
    for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(generator());
    for (std::uint8_t& label : labels)
      label = static_cast<std::uint8_t>(generator() % static_cast<unsigned>(classes));
  }
  std::vector<std::uint8_t> pixels;  ///< (image, channel, height, width)
  std::vector<std::uint8_t> labels;
};

/// The images one after the other, from the first one again after the last, for `count` images.
inline std::vector<std::uint32_t> cyclic_order(std::size_t count, std::size_t images) {
  std::vector<std::uint32_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = static_cast<std::uint32_t>(i % images);
  return order;
}

}  // namespace mayfly::bench
