#include "data/archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "data/locate.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;

struct Kind {
  const char* ending;
  const char* command;  ///< with the archive and the folder
};

constexpr std::array kKinds = {Kind{".tar.gz", "tar -xzf {} -C {}"}, Kind{".tgz", "tar -xzf {} -C {}"},
                               Kind{".tar", "tar -xf {} -C {}"}, Kind{".zip", "unzip {} -d {}"}};

/// Letters and digits, small.
std::string plain(const std::string& text) {
  std::string kept;
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      kept += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return kept;
}

/// The known data set that a file is named for: the longest, as "cifar-100" is not CIFAR10; "" for none.
std::string named_for(const std::string& file) {
  std::string longest;
  for (const DatasetInfo& info : known_datasets())
    if (plain(file).find(plain(info.name)) != std::string::npos && info.name.size() > longest.size())
      longest = info.name;
  return longest;
}

/// For a shell.
std::string quoted(const fs::path& path) {
  std::string text = "'";
  for (const char c : path.string()) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

std::string advice(const fs::path& archive, const Kind& kind) {
  const std::string name = plain(archive.filename().string());
  if (name.starts_with("cifar"))
    for (const std::string other : {"python", "matlab"})
      if (name.find(other) != std::string::npos)
        return fmt::format("Found {}, which is the {} version; Mayfly reads the binary version",
                           archive.string(), other);
  return fmt::format("Found {}, which must be unpacked first:\n  {}", archive.string(),
                     fmt::format(fmt::runtime(kind.command), quoted(archive), quoted(archive.parent_path())));
}

/// Sorted; empty where the folder cannot be read.
std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ignored;
  for (fs::directory_iterator at(folder, ignored), end; !ignored && at != end; at.increment(ignored))
    if (at->is_regular_file(ignored)) files.push_back(at->path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

std::optional<std::string> archive_advice(const std::string& name, const std::vector<fs::path>& folders) {
  for (const fs::path& folder : folders)
    for (const fs::path& file : files_of(folder)) {
      const auto kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& known) {
        return file.filename().string().ends_with(known.ending);
      });
      if (kind != kKinds.end() && named_for(file.filename().string()) == name) return advice(file, *kind);
    }
  return std::nullopt;
}

}  // namespace mayfly
