#include "recorder/tables_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error.h"
#include "recorder/durable_file.h"

namespace mayfly {

std::filesystem::path tables_folder(const std::filesystem::path& campaign, const std::string& dataset,
                                    bool trial) {
  return campaign / "tables" / (trial ? dataset + "-trial" : dataset);
}

std::filesystem::path table_path(const std::filesystem::path& folder, const std::string& id) {
  return folder / (id + ".txt");
}

void create_tables_folder(const std::filesystem::path& folder) {
  create_folder(folder);
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    throw DataError(
        fmt::format("{}: tables cannot be written there: {}", folder.string(), std::strerror(errno)));
}

void write_table(const std::filesystem::path& folder, const Table& table) {
  if (table.spec.id.empty()) throw UsageError(folder.string() + ": a table needs an ID to be named by");
  if (!std::filesystem::is_directory(folder)) create_tables_folder(folder);
  write_durable_file(table_path(folder, table.spec.id), table_text(table));
}

std::vector<std::filesystem::path> complete_tables(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  if (!std::filesystem::is_directory(folder)) return paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const bool hidden = entry.path().filename().string().starts_with('.');
    if (!hidden && entry.path().extension() == ".txt" && entry.is_regular_file())
      paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::filesystem::path> table_folders(const std::filesystem::path& campaign_or_folder) {
  const std::filesystem::path tables = campaign_or_folder / "tables";
  if (!std::filesystem::is_directory(tables)) return {campaign_or_folder};
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(tables)) {
    const bool hidden = entry.path().filename().string().starts_with('.');
    if (!hidden && entry.is_directory()) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

std::vector<std::filesystem::path> tables_below(const std::filesystem::path& campaign_or_folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& folder : table_folders(campaign_or_folder)) {
    const std::vector<std::filesystem::path> more = complete_tables(folder);
    paths.insert(paths.end(), more.begin(), more.end());
  }
  return paths;
}

}  // namespace mayfly
