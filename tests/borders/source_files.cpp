#include "source_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace mayfly {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolders[] = {"core", "kernels", "nn",      "data", "generator", "recorder",
                                    "plot", "export",  "trainer", "cli",  "bench",     "tests"};

bool is_source(const fs::path& path) {
  const std::string kind = path.extension().string();
  return kind == ".h" || kind == ".cpp" || kind == ".cu" || kind == ".cuh";
}

SourceFile read_source(const fs::path& path, const fs::path& root) {
  SourceFile file{.path = path.lexically_relative(root).generic_string()};
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) file.lines.push_back(line);
  return file;
}

}  // namespace

std::vector<SourceFile> source_files() {
  const fs::path root = MAYFLY_SOURCE_DIR;
  std::vector<SourceFile> files;
  for (const char* folder : kFolders)
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder))
      if (entry.is_regular_file() && is_source(entry.path()))
        files.push_back(read_source(entry.path(), root));
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

}  // namespace mayfly
