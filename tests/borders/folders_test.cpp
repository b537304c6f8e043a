// Who may include whom: dependencies go one way, and vendors stay where they belong.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "source_files.h"

namespace mayfly {
namespace {

struct Include {
  std::string name;
  bool angled = false;  ///< <name>, not "name"
};

std::optional<Include> include_in(const std::string& line) {
  const std::size_t hash = line.find_first_not_of(' ');
  if (hash == std::string::npos || line.compare(hash, 8, "#include") != 0) return std::nullopt;
  const std::size_t begin = line.find_first_of("<\"", hash);
  if (begin == std::string::npos) return std::nullopt;
  const bool angled = line[begin] == '<';
  const std::size_t end = line.find(angled ? '>' : '"', begin + 1);
  return Include{line.substr(begin + 1, end - begin - 1), angled};
}

/// Calls check(file, line number, include) for every include.
template <class Check>
void for_each_include(const Check& check) {
  for (const SourceFile& file : source_files())
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      if (const auto include = include_in(file.lines[i])) check(file, i + 1, *include);
}

std::string place(const SourceFile& file, std::size_t line) {
  return file.path + ":" + std::to_string(line);
}

/// The folders that a folder may include, besides itself. Tests and benchmarks may include all.
const std::map<std::string, std::set<std::string>> kAllowed = {
    {"core", {}},
    {"kernels", {"core"}},
    {"nn", {"kernels", "core"}},
    {"data", {"core"}},
    {"generator", {"core"}},
    {"recorder", {"core"}},
    {"plot", {"recorder", "core"}},
    {"export", {"recorder", "core"}},
    {"trainer", {"generator", "data", "recorder", "nn", "kernels", "core"}},
    {"cli", {"trainer", "plot", "export", "generator", "data", "recorder", "nn", "kernels", "core"}},
};

TEST(Borders, IncludesGoOneWay) {
  std::size_t seen = 0;
  for_each_include([&](const SourceFile& file, std::size_t line, const Include& include) {
    const auto allowed = kAllowed.find(file.folder());
    const std::string target = include.name.substr(0, include.name.find('/'));
    if (allowed == kAllowed.end() || include.angled || !kAllowed.contains(target)) return;
    ++seen;
    EXPECT_TRUE(target == file.folder() || allowed->second.contains(target))
        << place(file, line) << " includes " << include.name;
  });
  EXPECT_GT(seen, 100u) << "hardly any include was found: is the test looking in the right place?";
}

bool starts_with_any(const std::string& text, const std::vector<std::string>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](const std::string& beginning) { return text.starts_with(beginning); });
}

/// Headers of CUDA, cuDNN, cuBLAS and Highway.
bool of_a_vendor(const std::string& header) {
  return starts_with_any(header, {"cuda", "cudnn", "cublas", "curand", "nvrtc", "nvtx", "cub/",
                                  "cooperative_", "device_launch", "mma.h", "hwy/"});
}

TEST(Borders, VendorHeadersStayWithTheKernels) {
  std::size_t seen = 0;
  for_each_include([&](const SourceFile& file, std::size_t line, const Include& include) {
    if (!of_a_vendor(include.name)) return;
    ++seen;
    EXPECT_TRUE(
        starts_with_any(file.path, {"kernels/cpu/", "kernels/cuda/", "tests/softgpu/", "tests/cudnn_plans/"}))
        << place(file, line) << " includes " << include.name;
  });
  EXPECT_GT(seen, 0u) << "not even Highway was found";
}

TEST(Borders, StbStaysInTwoFiles) {
  std::size_t seen = 0;
  for_each_include([&](const SourceFile& file, std::size_t line, const Include& include) {
    if (!include.name.starts_with("stb")) return;
    ++seen;
    EXPECT_TRUE(file.path == "data/decode_image.cpp" || file.path == "plot/png.cpp")
        << place(file, line) << " includes " << include.name;
  });
  EXPECT_EQ(seen, 2u);
}

TEST(Borders, OnlyBackendHLeadsIntoTheKernelsOfADevice) {
  for_each_include([](const SourceFile& file, std::size_t line, const Include& include) {
    const bool of_a_device = starts_with_any(include.name, {"kernels/cpu/", "kernels/cuda/"});
    const bool may = starts_with_any(file.path, {"kernels/", "tests/", "bench/"});
    EXPECT_TRUE(!of_a_device || may) << place(file, line) << " includes " << include.name;
  });
}

}  // namespace
}  // namespace mayfly
