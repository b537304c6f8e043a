#include "cli/verify_leftovers.h"

#include <algorithm>
#include <system_error>

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;

bool is_temporary(const fs::path& path) {
  return path.filename().string().starts_with('.') && path.extension() == ".part";
}

/// Files of a network are called ID.<what>.
std::string network_of(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.substr(0, name.find('.'));
}

std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code none;  // no folder, no leftovers
  for (const auto& entry : fs::directory_iterator(folder, none)) files.push_back(entry.path());
  return files;
}

}  // namespace

std::vector<fs::path> find_leftovers(const fs::path& campaign, const std::vector<fs::path>& folders,
                                     const std::function<bool(const std::string& id)>& complete) {
  std::vector<fs::path> leftovers;
  std::vector<fs::path> searched = folders;
  for (const char* name : {"", "work", "failed", "exports", "journal", "slurm"})
    searched.push_back(campaign / name);
  for (const fs::path& folder : searched)
    for (const fs::path& file : files_of(folder))
      if (is_temporary(file)) leftovers.push_back(file);
  for (const char* name : {"work", "failed"})
    for (const fs::path& file : files_of(campaign / name))
      if (!is_temporary(file) && complete(network_of(file))) leftovers.push_back(file);
  std::sort(leftovers.begin(), leftovers.end());
  leftovers.erase(std::unique(leftovers.begin(), leftovers.end()), leftovers.end());
  return leftovers;
}

}  // namespace mayfly::cli
