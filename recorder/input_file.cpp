#include "recorder/input_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace mayfly {
namespace {

UnreadableFile failure(const std::filesystem::path& path, const char* operation, int reason) {
  return UnreadableFile(fmt::format("{}: {} failed: {}", path.string(), operation, std::strerror(reason)));
}

}  // namespace

InputFile::InputFile(const std::filesystem::path& path)
    : path_(path), file_(std::fopen(path.c_str(), "rbe"), &std::fclose) {
  if (!file_) throw failure(path, "open for reading", errno);
}

std::size_t InputFile::read(std::span<char> block) {
  const std::size_t count = std::fread(block.data(), 1, block.size(), file_.get());
  if (std::ferror(file_.get()) != 0) throw failure(path_, "read", errno);
  return count;
}

std::uintmax_t InputFile::size() const {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path_, error);
  if (error) throw failure(path_, "find the size", error.value());
  return size;
}

}  // namespace mayfly
