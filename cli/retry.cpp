#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>

#include "cli/commands.h"
#include "cli/say.h"
#include "cli/text.h"
#include "recorder/output_file.h"

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> failure_files(const fs::path& folder) {
  std::vector<fs::path> files;
  if (!fs::is_directory(folder)) return files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const bool hidden = entry.path().filename().string().starts_with('.');
    if (!hidden && entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void require_campaign(const fs::path& folder) {
  if (fs::exists(folder / "campaign.toml")) return;
  throw DataError(fmt::format("{}/campaign.toml: expected a campaign, found no such file", folder.string()));
}

ExitCode retry(const std::string& folder) {
  require_campaign(folder);
  const fs::path failed = fs::path(folder) / "failed";
  const std::vector<fs::path> files = failure_files(failed);
  for (const fs::path& file : files) {
    std::error_code error;
    fs::remove(file, error);
    if (error) throw DataError(fmt::format("{}: remove failed: {}", file.string(), error.message()));
    fmt::print("{}\n", file.stem().string());
  }
  if (!files.empty()) sync_folder(failed);
  say("{} failed network{} marked for another try{}\n", files.size(), files.size() == 1 ? " is" : "s are",
      files.empty() ? "" : fmt::format("; `mayfly run {}` trains them", shell_quoted(folder)));
  return ExitCode::complete;
}

}  // namespace

void add_retry(Commands& commands) {
  const auto folder = std::make_shared<std::string>();
  CLI::App* command =
      commands.add("retry", "Forget which networks failed, so that the next run tries them again",
                   "  mayfly retry trial && mayfly run trial", [folder] { return retry(*folder); });
  command->add_option("DIR", *folder, "Folder of the campaign")->required();
}

}  // namespace mayfly::cli
