// Whether all tables of a campaign, or of a folder from anywhere, are what they have to be.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/campaign_folder.h"
#include "cli/difference.h"

namespace mayfly::cli {

struct Verification {
  std::size_t tables = 0;
  std::optional<std::size_t> planned = std::nullopt;  ///< networks of the campaign, where there is one
  std::size_t with_journal = 0;                       ///< tables of which the journals know every row
  std::size_t unreadable_journal_lines = 0;
  std::vector<Difference> differences;
  /// What killed processes left, and the next run removes: temporaries, claims and checkpoints of complete
  /// networks, failures of those. No differences. A run at work has temporaries and claims too.
  std::vector<std::filesystem::path> leftovers;
  std::vector<std::filesystem::path> readable;  ///< tables that could be read
};

/// The campaign in `folder` (its lock, else its campaign.toml); empty where it is a folder of tables.
std::optional<Campaign> campaign_in(const std::filesystem::path& folder, const std::string& data_root);

/// Reads every file, trains nothing. Besides verify_table(): no two tables have the same ID, each ID is
/// planned, each campaign.json says what the campaign does. DataError where a folder that is no campaign
/// holds no table, or a file cannot be read.
Verification verify_folder(const std::filesystem::path& folder, const std::optional<Campaign>& campaign);

}  // namespace mayfly::cli
