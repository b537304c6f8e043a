#include "data/any_dataset.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "data/image_folder.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;

std::uint64_t at_most(std::uint64_t count, std::uint64_t limit) {
  return limit == 0 ? count : std::min(count, limit);
}

std::vector<fs::path> image_folders(const DatasetRequest& request) {
  const fs::path entry(request.entry);
  if (entry.is_absolute()) return {entry};
  std::vector<fs::path> folders;
  for (const fs::path& root : request.roots) folders.push_back(root / entry);
  folders.push_back(entry);
  return folders;
}

[[noreturn]] void report_missing(const std::string& entry, const std::vector<fs::path>& searched) {
  std::string places;
  for (const fs::path& folder : searched) places += fmt::format("\n  {}", folder.string());
  const std::string expected = fmt::format(
      "a folder of images, which holds train/CLASS/ and test/CLASS/, or the lists train.csv and test.csv. "
      "Searched:{}",
      places);
  if (entry.find('/') != std::string::npos)
    throw DataError(fmt::format("data set '{}': expected {}", entry, expected));
  try {
    dataset_info(entry);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("{}; or {}", error.what(), expected));
  }
  throw DataError(entry);  // not reached: a known one is not looked for here
}

ImageList limited_list(const fs::path& folder, const DatasetRequest& request) {
  ImageList list = list_images(folder);
  limit_list(list, request.max_train_images, request.max_validation_images);
  return list;
}

}  // namespace

bool is_known_dataset(const std::string& entry) {
  const std::vector<DatasetInfo>& known = known_datasets();
  return std::any_of(known.begin(), known.end(), [&](const DatasetInfo& info) { return info.name == entry; });
}

std::string table_name(const std::string& entry) {
  if (is_known_dataset(entry)) return entry;
  const std::string name = image_folder_name(entry);
  if (is_known_dataset(name))
    throw UsageError(
        fmt::format("data set '{}': a folder of images cannot be called {}, as tables call another "
                    "data set; rename it, or link to it by another name",
                    entry, name));
  return name;
}

fs::path find_any_dataset(const DatasetRequest& request) {
  if (is_known_dataset(request.entry)) return find_dataset(request.entry, request.roots);
  table_name(request.entry);  // refuses names that are taken
  const std::vector<fs::path> folders = image_folders(request);
  const auto found = std::find_if(folders.begin(), folders.end(), has_images);
  if (found == folders.end()) report_missing(request.entry, folders);
  return *found;
}

DatasetInfo any_dataset_info(const DatasetRequest& request) {
  DatasetInfo info;
  if (is_known_dataset(request.entry)) {
    info = dataset_info(request.entry);
    info.train_images = at_most(info.train_images, request.max_train_images);
    info.validation_images = at_most(info.validation_images, request.max_validation_images);
  } else {
    const fs::path folder = find_any_dataset(request);
    info = image_folder_info(folder, limited_list(folder, request), request.images);
    info.name = table_name(request.entry);
  }
  return info;
}

Dataset load_any_dataset(const DatasetRequest& request) {
  Dataset dataset;
  if (is_known_dataset(request.entry)) {
    dataset = load_dataset(request.entry, request.roots);
    limit_images(dataset, request.max_train_images, request.max_validation_images);
    return dataset;
  }
  const fs::path folder = find_any_dataset(request);
  ImageList list = list_images(folder);
  const std::size_t train = list.train.size(), test = list.test.size();
  limit_list(list, request.max_train_images, request.max_validation_images);
  dataset = load_image_folder(folder, list, request.images);
  dataset.name = table_name(request.entry);
  dataset.official_counts = list.train.size() == train && list.test.size() == test;
  return dataset;
}

}  // namespace mayfly
