// Whether campaigns are one and the same.
#pragma once

#include <filesystem>
#include <vector>

#include "cli/merge_campaigns.h"

namespace mayfly::cli {

/// Fills settings, lock and conventions of the plan; errors as of plan_merge().
void plan_settings(MergePlan& plan, const std::vector<std::filesystem::path>& sources);

}  // namespace mayfly::cli
