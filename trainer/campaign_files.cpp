#include "trainer/campaign_files.h"

#include <system_error>

namespace mayfly {

namespace fs = std::filesystem;

bool is_temporary(const std::string& name) {
  return name.starts_with('.') && name.ends_with(".part");
}

std::string network_of_file(const std::string& name) {
  const std::size_t begin = name.starts_with('.') ? 1 : 0;
  return name.substr(begin, name.find('.', begin) - begin);
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none)) files.push_back(entry.path());
  return files;
}

std::vector<fs::path> folders_with_temporaries(const fs::path& campaign) {
  return {campaign, campaign / "failed", campaign / "exports", campaign / "journal", campaign / "slurm"};
}

}  // namespace mayfly
