// Several folders of one campaign, made on several clusters, into one.
//
// First everything is compared; only where nothing is in the way is anything written, each file durably. What
// a killed merge has left undone the same command does. Checkpoints and claims stay where they are: what a
// cluster had begun and not finished begins anew.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/difference.h"
#include "trainer/config/lock_file.h"

namespace mayfly::cli {

struct FileCopy {
  std::filesystem::path from;
  std::filesystem::path to;
};

struct MergePlan {
  std::filesystem::path target;
  std::vector<FileCopy> settings;     ///< campaign.toml of a new target
  std::optional<CampaignLock> lock;   ///< for the target; empty where no campaign has begun
  std::vector<FileCopy> conventions;  ///< campaign.json where the target has none
  std::vector<FileCopy> tables;
  std::vector<FileCopy> journals;
  std::vector<FileCopy> failures;               ///< of networks that are complete nowhere
  std::vector<std::filesystem::path> obsolete;  ///< failures of the target that are complete elsewhere
  std::size_t tables_there = 0;                 ///< with equal bytes, in the target or twice in the sources
  /// Tables of one ID with other bytes (but for train_GPU), journals of one name that are not one the
  /// beginning of the other. Where there are any, nothing is to be merged.
  std::vector<Difference> conflicts;
};

/// What merging would do. A target without campaign.toml becomes a copy of the campaign. Errors: UsageError
/// where the campaigns are not one (configuration but for what may change, arithmetic, conventions of tables;
/// it lists what differs), the target plans fewer networks than a source, or a table is none; DataError where
/// a folder is no campaign or a file cannot be read.
MergePlan plan_merge(const std::filesystem::path& target, const std::vector<std::filesystem::path>& sources);

/// Does it. Requires that there are no conflicts. DataError where a file cannot be written.
void merge(const MergePlan& plan);

}  // namespace mayfly::cli
