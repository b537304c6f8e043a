#include "export/export.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "export/csv.h"
#include "export/npz.h"
#include "export/sqlite.h"
#include "recorder/durable_file.h"
#include "recorder/field_text.h"
#include "recorder/tables_folder.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;

ExportFormat parse_format(std::string_view word) {
  if (word == "sqlite") return ExportFormat::sqlite;
  if (word == "csv") return ExportFormat::csv;
  if (word == "npz") return ExportFormat::npz;
  throw UsageError(fmt::format("--format: expected sqlite, csv or npz, found {}", in_quotes(word)));
}

}  // namespace

std::vector<ExportFormat> parse_export_formats(const std::string& text) {
  std::vector<ExportFormat> formats;
  for (const std::string_view word : split(text, ',')) {
    const ExportFormat format = parse_format(word);
    if (std::find(formats.begin(), formats.end(), format) == formats.end()) formats.push_back(format);
  }
  return formats;
}

std::vector<fs::path> write_export(const fs::path& folder, const Exported& exported,
                                   const std::vector<ExportFormat>& formats) {
  create_tables_folder(folder);
  std::vector<fs::path> paths;
  const auto write = [&](const std::string& name, const std::string& content) {
    paths.push_back(folder / name);
    write_durable_file(paths.back(), content);
  };
  for (const ExportFormat format : formats) {
    if (format == ExportFormat::sqlite) {
      write("mayfly.sqlite", sqlite_bytes({&exported.networks, &exported.curves}));
      continue;
    }
    for (const Relation* relation : {&exported.networks, &exported.curves}) {
      if (format == ExportFormat::csv) write(relation->name + ".csv", csv_text(*relation));
      if (format == ExportFormat::npz) write(relation->name + ".npz", npz_bytes(*relation));
    }
  }
  return paths;
}

}  // namespace mayfly
