// The files of an export: DIR/exports/, which can be made again at any time.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "export/collect.h"

namespace mayfly {

enum class ExportFormat { sqlite, csv, npz };

/// Each of them once, in the order of `text`, "sqlite,csv,npz"; UsageError where a word is none of the three.
std::vector<ExportFormat> parse_export_formats(const std::string& text);

/// Writes `mayfly.sqlite`; `networks.csv`, `curves.csv`; `networks.npz`, `curves.npz`, each durably: at any
/// instant the old file or the whole new one. Creates the folder. Returns the paths. DataError where that
/// fails.
std::vector<std::filesystem::path> write_export(const std::filesystem::path& folder, const Exported& exported,
                                                const std::vector<ExportFormat>& formats);

}  // namespace mayfly
