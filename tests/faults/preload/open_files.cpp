#include "open_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>

namespace faults {
namespace {

std::string link_target(const std::string& link) {
  std::array<char, PATH_MAX> target;
  const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
  return length < 0 ? "" : std::string(target.data(), static_cast<std::size_t>(length));
}

std::string absolute(int folder, const std::string& path) {
  if (path.starts_with('/')) return path;
  const std::string from = folder == AT_FDCWD ? link_target("/proc/self/cwd")
                                              : link_target("/proc/self/fd/" + std::to_string(folder));
  return from + "/" + path;
}

}  // namespace

const std::string& watched_folder() {
  static const std::string folder = [] {
    const char* value = std::getenv("MAYFLY_FAULTS_FOLDER");
    return std::string(value == nullptr ? "" : value);
  }();
  return folder;
}

std::optional<std::string> below(int folder, const char* path) {
  const std::string& watched = watched_folder();
  if (watched.empty() || path == nullptr) return std::nullopt;
  std::string whole = absolute(folder, path);
  while (whole.size() > 1 && whole.ends_with('/')) whole.pop_back();
  if (whole == watched) return ".";
  if (!whole.starts_with(watched + "/")) return std::nullopt;
  return whole.substr(watched.size() + 1);
}

}  // namespace faults
