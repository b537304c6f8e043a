// Data sets as campaigns name them: one of the known ones (data/locate.h), or a folder of images.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/locate.h"

namespace mayfly {

/// What is wanted of a data set. `entry` is a known name; or a path, absolute or below one of the roots or
/// the current folder, of a folder of images (data/image_list.h).
struct DatasetRequest {
  std::string entry;
  std::vector<std::filesystem::path> roots;  ///< data_roots()
  ImageOptions images;                       ///< for a folder of images
  std::uint64_t max_train_images = 0;        ///< 0: all
  std::uint64_t max_validation_images = 0;
};

bool is_known_dataset(const std::string& entry);

/// Its name in tables: the known one, or image_folder_name(). UsageError where a folder of images bears a
/// known name: tables would not tell them apart.
std::string table_name(const std::string& entry);

/// As find_dataset(). For what is neither known nor a folder of images: UsageError with the nearest known
/// name for a single word, DataError with the folders searched for a path.
std::filesystem::path find_any_dataset(const DatasetRequest& request);

/// Of a known one the official counts; both as far as the limits let.
DatasetInfo any_dataset_info(const DatasetRequest& request);

/// Reads it, within the limits.
Dataset load_any_dataset(const DatasetRequest& request);

}  // namespace mayfly
