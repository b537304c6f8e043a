// Where a data set lies and how it is loaded, by its name in the tables.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace mayfly {

/// A data set that Mayfly reads natively.
struct DatasetInfo {
  std::string name;  ///< as in the tables
  int classes;
  ImageShape image;
  std::uint64_t train_images;  ///< official counts
  std::uint64_t validation_images;
};

/// All of them, by name.
const std::vector<DatasetInfo>& known_datasets();

/// UsageError with the nearest known name where there is none.
const DatasetInfo& dataset_info(const std::string& name);

/// Folders to look in, in order: `data_root` (option), the environment variable MAYFLY_DATA, `campaign_root`
/// (campaign.toml), and where Debian's package dataset-fashion-mnist puts its files. Empty paths are left
/// out.
std::vector<std::filesystem::path> data_roots(const std::filesystem::path& data_root,
                                              const std::filesystem::path& campaign_root);

/// The folder that holds all files of `name`: a root itself or a usual sub-folder of it. DataError where
/// there is none: the folders searched, the files expected, an archive that waits to be unpacked, and what to
/// do.
std::filesystem::path find_dataset(const std::string& name, const std::vector<std::filesystem::path>& roots);

/// The files that are read of it in such a folder, in the order in which they are read; without class names.
std::vector<std::filesystem::path> dataset_files(const std::string& name,
                                                 const std::filesystem::path& folder);

/// Reads it from there. Other counts than the official ones are accepted and said in official_counts.
Dataset load_dataset(const std::string& name, const std::vector<std::filesystem::path>& roots);

/// Keeps the first `train` and `validation` images where there are more; 0 keeps all.
void limit_images(Dataset& dataset, std::uint64_t train, std::uint64_t validation);

}  // namespace mayfly
