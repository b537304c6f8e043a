// DIR/tables/<dataset>/<ID>.txt: complete tables only, since readers take every *.txt of a folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "recorder/table.h"

namespace mayfly {

/// DIR/tables/<dataset>, or DIR/tables/<dataset>-trial for runs on less than the whole data set.
std::filesystem::path tables_folder(const std::filesystem::path& campaign, const std::string& dataset,
                                    bool trial);

/// FOLDER/<ID>.txt.
std::filesystem::path table_path(const std::filesystem::path& folder, const std::string& id);

/// Creates the folder and those above it where missing; DataError where that fails, or nothing can be written
/// there.
void create_tables_folder(const std::filesystem::path& folder);

/// Writes a complete table durably under its ID; that it is complete is the caller's promise. Creates the
/// folder.
void write_table(const std::filesystem::path& folder, const Table& table);

/// Every *.txt of the folder that is not hidden, sorted by name; none where there is no folder.
std::vector<std::filesystem::path> complete_tables(const std::filesystem::path& folder);

/// The folders that hold tables: those in DIR/tables, sorted, where there is such a folder, else DIR itself.
std::vector<std::filesystem::path> table_folders(const std::filesystem::path& campaign_or_folder);

/// complete_tables() of all of them.
std::vector<std::filesystem::path> tables_below(const std::filesystem::path& campaign_or_folder);

}  // namespace mayfly
