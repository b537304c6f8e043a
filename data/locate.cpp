#include "data/locate.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "core/error.h"
#include "core/near_miss.h"
#include "data/archive.h"
#include "data/formats.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDebianFolder = "/usr/share/datasets";

const DatasetFormat& format_of(const std::string& name) {
  const std::vector<DatasetFormat>& formats = dataset_formats();
  const auto found = std::find_if(formats.begin(), formats.end(),
                                  [&](const DatasetFormat& f) { return f.info.name == name; });
  if (found != formats.end()) return *found;
  std::vector<std::string> names;
  for (const DatasetFormat& format : formats) names.push_back(format.info.name);
  throw UsageError(fmt::format("data set '{}': expected one of {}{}", name, fmt::join(names, ", "),
                               did_you_mean(name, names)));
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// The files of a format in `folder`; empty unless all are there.
std::optional<std::vector<fs::path>> files_in(const fs::path& folder, const DatasetFormat& format) {
  std::vector<fs::path> files;
  for (const std::vector<std::string>& names : format.files) {
    const auto name =
        std::find_if(names.begin(), names.end(), [&](const std::string& n) { return is_file(folder / n); });
    if (name == names.end()) return std::nullopt;
    files.push_back(folder / *name);
  }
  return files;
}

/// Whether the name of `root` says that it holds this data set; a usual folder may be "MNIST/raw".
bool named_for(const fs::path& root, const DatasetFormat& format) {
  const fs::path whole = fs::absolute(root).lexically_normal() / "";  // with a slash at the end
  return std::any_of(format.folders.begin(), format.folders.end(), [&](const std::string& folder) {
    return whole.generic_string().ends_with(fmt::format("/{}/", folder));
  });
}

/// Every folder that may hold the data set. A root itself counts only where its name does not say another
/// data set's: MNIST and FashionMNIST have the same file names.
std::vector<fs::path> candidates(const DatasetFormat& format, const std::vector<fs::path>& roots) {
  const std::vector<DatasetFormat>& all = dataset_formats();
  std::vector<fs::path> folders;
  for (const fs::path& root : roots) {
    for (const std::string& folder : format.folders) folders.push_back(root / folder);
    const bool for_any = std::any_of(all.begin(), all.end(),
                                     [&](const DatasetFormat& known) { return named_for(root, known); });
    if (named_for(root, format) || !for_any) folders.push_back(root);
  }
  return folders;
}

[[noreturn]] void report_missing(const DatasetFormat& format, const std::vector<fs::path>& searched) {
  std::string message = fmt::format("data set {} is not there. Searched:", format.info.name);
  for (const fs::path& folder : searched) message += fmt::format("\n  {}", folder.string());
  message += "\nExpected all of:";
  for (const std::vector<std::string>& names : format.files)
    message += fmt::format("\n  {}", fmt::join(names, " or "));
  if (const auto found = archive_advice(format.info.name, searched))
    throw DataError(fmt::format("{}\n{}", message, *found));
  throw DataError(fmt::format(
      "{}\nWhat to do: {}; name the folder with --data-root, MAYFLY_DATA or data_root in campaign.toml",
      message, format.advice));
}

void keep_first(ImageSet& set, std::uint64_t count) {
  const std::size_t image_bytes =
      static_cast<std::size_t>(set.image.channels) * set.image.height * set.image.width;
  set.labels.resize(count);
  set.pixels.resize(count * image_bytes);
}

}  // namespace

const std::vector<DatasetInfo>& known_datasets() {
  static const std::vector<DatasetInfo> infos = [] {
    std::vector<DatasetInfo> all;
    for (const DatasetFormat& format : dataset_formats()) all.push_back(format.info);
    return all;
  }();
  return infos;
}

const DatasetInfo& dataset_info(const std::string& name) {
  return format_of(name).info;
}

std::vector<fs::path> data_roots(const fs::path& data_root, const fs::path& campaign_root) {
  const char* variable =
      std::getenv("MAYFLY_DATA");  // NOLINT(concurrency-mt-unsafe): nothing writes the environment
  std::vector<fs::path> roots;
  for (const fs::path& root :
       {data_root, fs::path(variable == nullptr ? "" : variable), campaign_root, fs::path(kDebianFolder)})
    if (!root.empty()) roots.push_back(root);
  return roots;
}

fs::path find_dataset(const std::string& name, const std::vector<fs::path>& roots) {
  const DatasetFormat& format = format_of(name);
  const std::vector<fs::path> searched = candidates(format, roots);
  for (const fs::path& folder : searched)
    if (files_in(folder, format)) return folder;
  report_missing(format, searched);
}

std::vector<fs::path> dataset_files(const std::string& name, const fs::path& folder) {
  const DatasetFormat& format = format_of(name);
  auto files = files_in(folder, format);
  if (!files) report_missing(format, {folder});
  return *std::move(files);
}

Dataset load_dataset(const std::string& name, const std::vector<fs::path>& roots) {
  const DatasetFormat& format = format_of(name);
  const fs::path folder = find_dataset(name, roots);
  Dataset dataset = format.load(format, folder, dataset_files(name, folder));
  dataset.name = name;
  dataset.classes = format.info.classes;
  dataset.official_counts = dataset.train.count() == format.info.train_images &&
                            dataset.validation.count() == format.info.validation_images;
  if (dataset.train.image != format.info.image || dataset.validation.image != format.info.image)
    throw DataError(fmt::format("{}: expected images of {}x{}, found {}x{} (training) and {}x{} (test)",
                                folder.string(), format.info.image.height, format.info.image.width,
                                dataset.train.image.height, dataset.train.image.width,
                                dataset.validation.image.height, dataset.validation.image.width));
  return dataset;
}

void limit_images(Dataset& dataset, std::uint64_t train, std::uint64_t validation) {
  if (train != 0 && train < dataset.train.count()) {
    keep_first(dataset.train, train);
    dataset.official_counts = false;
  }
  if (validation != 0 && validation < dataset.validation.count()) {
    keep_first(dataset.validation, validation);
    dataset.official_counts = false;
  }
}

}  // namespace mayfly
