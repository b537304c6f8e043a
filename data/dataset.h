// A data set in memory: what every reader delivers and everything else uses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/shape.h"
#include "data/image_options.h"

namespace mayfly {

/// Images with labels: one half (training or test) of a data set.
struct ImageSet {
  ImageShape image;
  std::vector<std::uint8_t> pixels;  ///< (count, channels, height, width)
  std::vector<std::uint8_t> labels;  ///< (count), each below the number of classes

  std::size_t count() const { return labels.size(); }
};

/// How the images of a folder were read (data/image_folder.h).
struct ImageFolderFacts {
  ImageOptions options;          ///< with the size that the images have
  std::size_t train_listed = 0;  ///< damaged images among them
  std::size_t validation_listed = 0;
  std::string hash;                   ///< 16 hexadecimal digits of all pixels and labels
  std::vector<std::string> left_out;  ///< "file: reason" of each damaged image
};

struct Dataset {
  std::string name;  ///< as in the tables: "CIFAR100", "FashionMNIST", ...
  int classes = 0;
  std::vector<std::string> class_names;  ///< may be empty
  ImageSet train;
  ImageSet validation;  ///< the official test images
  /// Whether both counts are the official ones; where not, replays compare courses, not values.
  bool official_counts = true;
  std::optional<ImageFolderFacts> images = std::nullopt;  ///< of a folder of images
};

}  // namespace mayfly
