// What `mayfly data check` finds out about a data set; printed as text or JSON.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "data/any_dataset.h"
#include "data/official.h"
#include "data/summary.h"

namespace mayfly::cli {

struct DataReport {
  std::string name;                            ///< as in the tables
  std::optional<std::filesystem::path> found;  ///< the folder
  std::string problem;                         ///< why it is not found, or why it cannot be read
  std::vector<FileSummary> files;              ///< none of a folder of images
  std::vector<std::string> class_names;
  std::optional<ImageSummary> train, validation;
  const OfficialFigures* official = nullptr;  ///< of a known data set
  /// In words, where images, classes or their means are others than the official ones. A file of another size
  /// or sum is none: it may be packed otherwise.
  std::vector<std::string> differences;
};

/// Looks, reads and adds up. UsageError where its entry is neither a known name nor a folder of images
/// (data/any_dataset.h); all else is said in the report.
DataReport data_report(const DatasetRequest& request);

nlohmann::json report_json(const DataReport& report);
void print_report(const DataReport& report);

}  // namespace mayfly::cli
