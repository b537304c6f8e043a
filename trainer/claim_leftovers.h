// What killed processes leave behind, and who may remove it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace mayfly {

/// Removes the temporary files in `folders` and DIR/work, and the claims, that are of processes known to be
/// dead; and whatever temporary files there, and files in DIR/work, belong to a network for which
/// `complete(id)`. Temporary files of other hosts stay where their network is not complete. Files that cannot
/// be removed stay for the next run.
void remove_leftovers(const std::filesystem::path& campaign,
                      const std::vector<std::filesystem::path>& folders,
                      const std::function<bool(const std::string& id)>& complete);

}  // namespace mayfly
