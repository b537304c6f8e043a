#include "nn/normalize.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"

namespace mayfly {
namespace {

struct Statistics {
  float mean;
  float deviation;
};

Statistics statistics_of(std::span<const std::uint8_t> pixels, ImageShape image, int channel) {
  const std::size_t plane = static_cast<std::size_t>(image.height) * image.width;
  const std::size_t step = plane * image.channels;
  std::uint64_t sum = 0, squares = 0, count = 0;
  for (std::size_t at = plane * channel; at + plane <= pixels.size(); at += step) {
    for (const std::uint8_t v : pixels.subspan(at, plane)) {
      sum += v;
      squares += std::uint64_t{v} * v;
    }
    count += plane;
  }
  if (count == 0) throw UsageError("normalize = \"dataset\": there are no training images to measure");
  const auto n = static_cast<double>(count);
  const double mean = static_cast<double>(sum) / n;
  const double deviation = std::sqrt(static_cast<double>(squares) / n - mean * mean);
  if (!(deviation > 0))
    throw UsageError(
        fmt::format("normalize = \"dataset\": all pixels of channel {} are equal; use \"half\"", channel));
  return {static_cast<float>(mean / 255.0), static_cast<float>(deviation / 255.0)};
}

}  // namespace

Normalize parse_normalize(const std::string& name) {
  if (name == "none") return Normalize::none;
  if (name == "half") return Normalize::half;
  if (name == "dataset") return Normalize::dataset;
  throw UsageError(fmt::format("normalize: expected \"none\", \"half\" or \"dataset\", found \"{}\"", name));
}

std::string to_string(Normalize normalize) {
  if (normalize == Normalize::none) return "none";
  return normalize == Normalize::half ? "half" : "dataset";
}

std::vector<float> pixel_table(Normalize normalize, std::span<const std::uint8_t> pixels, ImageShape image) {
  std::vector<float> table;
  for (int channel = 0; channel < image.channels; ++channel) {
    const Statistics measured =
        normalize == Normalize::dataset ? statistics_of(pixels, image, channel) : Statistics{0.5F, 0.5F};
    for (int v = 0; v < 256; ++v) {
      const float x = static_cast<float>(v) / 255.0F;
      table.push_back(normalize == Normalize::none ? x : (x - measured.mean) / measured.deviation);
    }
  }
  return table;
}

}  // namespace mayfly
