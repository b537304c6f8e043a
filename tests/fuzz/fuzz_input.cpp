#include "tests/fuzz/fuzz_input.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace mayfly::fuzz {

namespace fs = std::filesystem;

Pair split(Input input) {
  if (input.size() < 2) return {input, {}};
  const Input rest = input.subspan(2);
  const std::size_t first = std::min<std::size_t>(rest.size(), input[0] + 256U * input[1]);
  return {rest.first(first), rest.subspan(first)};
}

fs::path written(const std::string& name, Input bytes) {
  const fs::path path = fs::temp_directory_path() / name;
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) defect("cannot write " + path.string());
  return path;
}

void defect(const std::string& what) {
  std::fprintf(stderr, "defect: %s\n", what.c_str());
  std::abort();
}

}  // namespace mayfly::fuzz
