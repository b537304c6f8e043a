#include "cli/verify_leftovers.h"

#include <algorithm>

#include "trainer/campaign_files.h"

namespace mayfly::cli {

namespace fs = std::filesystem;

std::vector<fs::path> find_leftovers(const fs::path& campaign, const std::vector<fs::path>& folders,
                                     const std::function<bool(const std::string& id)>& complete) {
  std::vector<fs::path> leftovers;
  std::vector<fs::path> searched = folders;
  searched.push_back(campaign / "work");
  for (const fs::path& folder : folders_with_temporaries(campaign)) searched.push_back(folder);
  for (const fs::path& folder : searched)
    for (const fs::path& file : files_in(folder))
      if (is_temporary(file.filename().string())) leftovers.push_back(file);
  for (const char* name : {"work", "failed"})
    for (const fs::path& file : files_in(campaign / name))
      if (!is_temporary(file.filename().string()) && complete(network_of_file(file.filename().string())))
        leftovers.push_back(file);
  std::sort(leftovers.begin(), leftovers.end());
  leftovers.erase(std::unique(leftovers.begin(), leftovers.end()), leftovers.end());
  return leftovers;
}

}  // namespace mayfly::cli
