#include "cli/data_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "core/error.h"
#include "data/class_names.h"

namespace mayfly::cli {
namespace {

using nlohmann::json;

/// Equal to the four digits that are known.
bool near(const std::vector<double>& found, const std::vector<double>& official) {
  if (found.size() != official.size()) return false;
  for (std::size_t i = 0; i < found.size(); ++i)
    if (!(std::abs(found[i] - official[i]) < 0.00006)) return false;
  return true;
}

std::uint64_t sum(const std::vector<std::uint64_t>& counts) {
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts) total += count;
  return total;
}

void compare_counts(const char* half, const ImageSummary& found, const std::vector<std::uint64_t>& official,
                    std::vector<std::string>& differences) {
  if (found.images != sum(official))
    differences.push_back(fmt::format("{} {} images, officially {}", found.images, half, sum(official)));
  else if (found.per_class != official)
    differences.push_back(fmt::format("{} images per class", half));
}

std::vector<std::string> differences_of(const DataReport& report) {
  std::vector<std::string> differences;
  if (report.official == nullptr || !report.train || !report.validation) return differences;
  compare_counts("training", *report.train, report.official->train_per_class, differences);
  compare_counts("test", *report.validation, report.official->validation_per_class, differences);
  if (!near(report.train->mean, report.official->mean)) differences.emplace_back("mean of the pixels");
  if (!near(report.train->deviation, report.official->deviation))
    differences.emplace_back("deviation of the pixels");
  return differences;
}

void read_all(const DatasetRequest& request, DataReport& report) {
  report.found = find_any_dataset(request);
  if (is_known_dataset(request.entry))
    for (const std::filesystem::path& file : dataset_files(request.entry, *report.found))
      report.files.push_back(summarize_file(file));
  Dataset dataset = load_any_dataset(request);
  report.class_names = dataset.class_names.size() == static_cast<std::size_t>(dataset.classes)
                           ? dataset.class_names
                           : class_names_of(dataset.name, dataset.classes);
  report.train = summarize(dataset.train, dataset.classes);
  report.validation = summarize(dataset.validation, dataset.classes);
}

json images_json(const std::optional<ImageSummary>& images, const std::vector<std::uint64_t>* official) {
  if (!images) return nullptr;
  const ImageShape& shape = images->image;
  return {{"images", images->images},
          {"channels", shape.channels},
          {"height", shape.height},
          {"width", shape.width},
          {"per_class", images->per_class},
          {"mean", images->mean},
          {"deviation", images->deviation},
          {"pixels_sha256", images->pixels_sha256},
          {"labels_sha256", images->labels_sha256},
          {"official_per_class", official == nullptr ? json(nullptr) : json(*official)}};
}

json official_json(const OfficialFigures& official) {
  json files = json::array();
  for (const OfficialFile& file : official.files)
    files.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  return {
      {"site", official.site}, {"files", files}, {"mean", official.mean}, {"deviation", official.deviation}};
}

json or_null(const std::string& text) {
  return text.empty() ? json(nullptr) : json(text);
}

}  // namespace

DataReport data_report(const DatasetRequest& request) {
  DataReport report{.name = table_name(request.entry), .official = official_figures(request.entry)};
  try {
    read_all(request, report);
  } catch (const DataError& error) {
    report.problem = error.what();
  }
  report.differences = differences_of(report);
  return report;
}

json report_json(const DataReport& report) {
  json files = json::array();
  for (const FileSummary& file : report.files)
    files.push_back({{"path", file.path.string()}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  const OfficialFigures* official = report.official;
  return {{"name", report.name},
          {"folder", report.found ? json(report.found->string()) : json(nullptr)},
          {"problem", or_null(report.problem)},
          {"files", files},
          {"class_names", report.class_names},
          {"train", images_json(report.train, official == nullptr ? nullptr : &official->train_per_class)},
          {"validation",
           images_json(report.validation, official == nullptr ? nullptr : &official->validation_per_class)},
          {"official", official == nullptr ? json(nullptr) : official_json(*official)},
          {"differences", report.differences}};
}

}  // namespace mayfly::cli
