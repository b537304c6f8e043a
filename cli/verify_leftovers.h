// Files that a run would remove.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace mayfly::cli {

/// Temporary files in `folders` and in the campaign's own, and the claims, checkpoints and failures of
/// networks for which `complete(id)`; sorted.
std::vector<std::filesystem::path> find_leftovers(const std::filesystem::path& campaign,
                                                  const std::vector<std::filesystem::path>& folders,
                                                  const std::function<bool(const std::string& id)>& complete);

}  // namespace mayfly::cli
