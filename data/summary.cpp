#include "data/summary.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"
#include "data/sha256.h"

namespace mayfly {
namespace {

/// Sums of the values and of their squares, exact.
struct Moments {
  std::uint64_t count = 0, sum = 0, squares = 0;

  void add(const std::uint8_t* values, std::size_t number) {
    count += number;
    for (std::size_t i = 0; i < number; ++i) {
      sum += values[i];
      squares += std::uint64_t{values[i]} * values[i];
    }
  }
  double mean() const { return static_cast<double>(sum) / static_cast<double>(count); }
  double deviation() const {
    const double variance = static_cast<double>(squares) / static_cast<double>(count) - mean() * mean();
    return std::sqrt(std::max(variance, 0.0));
  }
};

std::vector<Moments> moments_of(const ImageSet& set) {
  const auto channels = static_cast<std::size_t>(set.image.channels);
  const std::size_t plane =
      static_cast<std::size_t>(set.image.height) * static_cast<std::size_t>(set.image.width);
  std::vector<Moments> moments(channels);
  const std::uint8_t* at = set.pixels.data();
  for (std::size_t image = 0; image < set.count(); ++image)
    for (std::size_t channel = 0; channel < channels; ++channel, at += plane) moments[channel].add(at, plane);
  return moments;
}

}  // namespace

FileSummary summarize_file(const std::filesystem::path& path) {
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error) throw DataError(fmt::format("{}: cannot be read: {}", path.string(), error.message()));
  return {path, bytes, sha256_of_file(path)};
}

ImageSummary summarize(const ImageSet& set, int classes) {
  ImageSummary summary{.image = set.image,
                       .images = set.count(),
                       .per_class = std::vector<std::uint64_t>(static_cast<std::size_t>(classes)),
                       .pixels_sha256 = sha256_of(set.pixels),
                       .labels_sha256 = sha256_of(set.labels)};
  for (const std::uint8_t label : set.labels) ++summary.per_class.at(label);
  for (const Moments& channel : moments_of(set)) {
    summary.mean.push_back(set.count() == 0 ? 0 : channel.mean() / 255);
    summary.deviation.push_back(set.count() == 0 ? 0 : channel.deviation() / 255);
  }
  return summary;
}

}  // namespace mayfly
