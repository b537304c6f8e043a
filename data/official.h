// What is known of the official files and images of the known data sets, to compare with what is found.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mayfly {

struct OfficialFile {
  std::string name;  ///< as the site ships it: a file that is read, or an archive to unpack
  std::uint64_t bytes;
  std::string sha256;
};

/// Sizes and sums of files: those that TensorFlow Datasets pins for its downloads. Images per class, mean and
/// deviation (of the training images, pixels / 255, to four digits): figures in general use. docs/data.md
/// says which of them a file has been read against.
struct OfficialFigures {
  std::string name;  ///< as in the tables
  std::string site;
  std::vector<OfficialFile> files;
  std::vector<std::uint64_t> train_per_class, validation_per_class;
  std::vector<double> mean, deviation;
};

/// Of a known data set; nullptr for others.
const OfficialFigures* official_figures(const std::string& name);

}  // namespace mayfly
