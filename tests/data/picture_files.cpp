#include "picture_files.h"

#include <fstream>
#include <iterator>

#include "plot/png.h"

namespace mayfly {

std::filesystem::path picture(const std::string& name) {
  return std::filesystem::path(MAYFLY_SOURCE_DIR) / "tests/data/fixtures/images" / name;
}

Bytes read_bytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_gray(const std::filesystem::path& path, std::uint8_t value, int height, int width) {
  std::filesystem::create_directories(path.parent_path());
  const std::string png = png_bytes(
      width, height, 1, Bytes(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), value));
  write_bytes(path, {png.begin(), png.end()});
}

}  // namespace mayfly
