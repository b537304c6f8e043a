// A file read from its beginning to its end, in pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>

#include "core/error.h"

namespace mayfly {

/// The file cannot be read now, whatever it holds.
class UnreadableFile : public DataError {
 public:
  using DataError::DataError;
};

/// Every error is an UnreadableFile that names file, operation and the system's reason.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);

  /// Fills `block` as far as the file goes; returns how far.
  std::size_t read(std::span<char> block);
  /// Bytes, as the system says now.
  std::uintmax_t size() const;

 private:
  std::filesystem::path path_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

}  // namespace mayfly
