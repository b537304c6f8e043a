#include <cmath>

#include "core/random.h"
#include "tests/reference/exact.h"

namespace mayfly::exact {
namespace {

/// Draw number `index` of an address; the division by 4 first, then modulo 2^32.
std::uint32_t numbered_draw(std::uint32_t seed, Stream stream, DrawAddress at, std::uint64_t index) {
  return draw_quad(seed, stream, at, static_cast<std::uint32_t>(index / 4))[index % 4];
}

struct Statistics {
  float mean;
  float deviation;
};

Statistics statistics_of(std::span<const std::uint8_t> pixels, ImageShape image, int channel) {
  std::uint64_t s1 = 0, s2 = 0, count = 0;
  const std::size_t plane = static_cast<std::size_t>(image.height) * image.width;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    if (static_cast<int>(i / plane % image.channels) != channel) continue;
    s1 += pixels[i];
    s2 += std::uint64_t{pixels[i]} * pixels[i];
    ++count;
  }
  const auto n = static_cast<double>(count);
  const double mean = static_cast<double>(s1) / n;
  return {static_cast<float>(mean / 255.0),
          static_cast<float>(std::sqrt(static_cast<double>(s2) / n - mean * mean) / 255.0)};
}

}  // namespace

std::vector<bool> dropout_mask(const DropoutShape& shape, double rate, std::uint32_t seed,
                               std::uint32_t layer, std::uint32_t step, std::uint32_t epoch) {
  const auto threshold = static_cast<std::uint64_t>(std::floor(rate * 4294967296.0 + 0.5));
  std::vector<bool> kept;
  for (std::uint64_t n = 0; n < static_cast<std::uint64_t>(shape.batch); ++n)
    for (std::uint64_t c = 0; c < static_cast<std::uint64_t>(shape.channels); ++c)
      for (int h = 0; h < shape.height; ++h)
        for (int w = 0; w < shape.width; ++w) {
          std::uint64_t index = n * static_cast<std::uint64_t>(shape.channels) + c;
          if (shape.per_element)
            index = (index * static_cast<std::uint64_t>(shape.full_height) + static_cast<std::uint64_t>(h)) *
                        static_cast<std::uint64_t>(shape.full_width) +
                    static_cast<std::uint64_t>(w);
          const std::uint32_t u32 =
              numbered_draw(seed, Stream::dropout, {.layer = layer, .step = step, .epoch = epoch}, index);
          kept.push_back(std::uint64_t{u32} >= threshold);
        }
  return kept;
}

Floats initial_parameters(const Conv2dShape& shape, std::uint32_t seed, std::uint32_t layer) {
  const auto bound = static_cast<float>(1.0 / std::sqrt(static_cast<double>(shape.fan_in())));
  const std::uint64_t count = static_cast<std::uint64_t>(shape.weight_count() + shape.out_channels);
  Floats parameters;
  for (std::uint64_t index = 0; index < count; ++index) {
    const std::uint32_t u32 = numbered_draw(seed, Stream::init, {.layer = layer}, index);
    const float u = static_cast<float>(u32 >> 8) * 0x1p-24F;
    const float centred = 2.0F * u - 1.0F;
    parameters.push_back(centred * bound);
  }
  return parameters;
}

Floats pixel_table_none(int channels) {
  Floats table;
  for (int c = 0; c < channels; ++c)
    for (int v = 0; v < 256; ++v) table.push_back(static_cast<float>(v) / 255.0F);
  return table;
}

Floats pixel_table_half(int channels) {
  Floats table = pixel_table_none(channels);
  for (float& value : table) value = (value - 0.5F) / 0.5F;
  return table;
}

Floats pixel_table_dataset(std::span<const std::uint8_t> pixels, ImageShape image) {
  Floats table = pixel_table_none(image.channels);
  for (int c = 0; c < image.channels; ++c) {
    const Statistics measured = statistics_of(pixels, image, c);
    for (std::size_t v = 0; v < 256; ++v) {
      float& value = table[static_cast<std::size_t>(c) * 256 + v];
      value = (value - measured.mean) / measured.deviation;
    }
  }
  return table;
}

}  // namespace mayfly::exact
