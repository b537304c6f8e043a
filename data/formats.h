// The formats of the known data sets: which files, in which folders, and the reader. One row per data set.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/locate.h"

namespace mayfly {

struct DatasetFormat {
  DatasetInfo info;
  std::vector<std::string> folders;             ///< usual sub-folders of a root
  std::vector<std::vector<std::string>> files;  ///< each by any of these names
  std::string advice;                           ///< how to get it
  /// `files` are the paths found, in the order of the field above.
  Dataset (*load)(const DatasetFormat& format, const std::filesystem::path& folder,
                  const std::vector<std::filesystem::path>& files);
};

const std::vector<DatasetFormat>& dataset_formats();

}  // namespace mayfly
