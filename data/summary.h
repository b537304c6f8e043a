// What there is to say of a data set: its files, its images, and sums by which others can compare.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace mayfly {

struct FileSummary {
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  std::string sha256;  ///< as it lies on disk
};

/// DataError where it cannot be read.
FileSummary summarize_file(const std::filesystem::path& path);

struct ImageSummary {
  ImageShape image;
  std::uint64_t images = 0;
  std::vector<std::uint64_t> per_class;
  std::vector<double> mean;       ///< per channel, of pixels / 255
  std::vector<double> deviation;  ///< per channel, of the whole population
  std::string pixels_sha256;      ///< bytes in the order (image, channel, row, column)
  std::string labels_sha256;      ///< one byte per image
};

ImageSummary summarize(const ImageSet& set, int classes);

}  // namespace mayfly
