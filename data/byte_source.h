// Bytes of a file, plain or gzip, in order, with the place for error messages.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace mayfly {

/// Reads a file from front to back; a gzip file (by its first bytes) is inflated on the way. Offsets count
/// the inflated bytes. What follows the gzip stream must be another one: stray bytes are an error, as are
/// those after the end of a plain file. Every error is a DataError that names the file and the offset.
class ByteSource {
 public:
  explicit ByteSource(const std::filesystem::path& path);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Fills `bytes`; a file that ends before is an error: `what` says what was being read.
  void read(std::span<std::uint8_t> bytes, const std::string& what);
  /// 32-bit big-endian number.
  std::uint32_t read_big_endian(const std::string& what);
  /// `count` bytes, in steps: memory grows only as bytes are really there, whatever a header promised.
  std::vector<std::uint8_t> read_block(std::uint64_t count, const std::string& what);
  /// Error unless the file ends here.
  void expect_end();

  std::uint64_t offset() const { return offset_; }
  const std::filesystem::path& path() const { return path_; }
  /// Throws DataError: file, byte offset, `problem`.
  [[noreturn]] void fail(std::uint64_t at, const std::string& problem) const;

 private:
  std::size_t read_some(std::span<std::uint8_t> bytes);
  std::size_t copy_some(std::span<std::uint8_t> bytes);
  std::size_t inflate_some(std::span<std::uint8_t> bytes);
  [[noreturn]] void fail_gzip(std::uint64_t at, const std::string& found) const;

  std::filesystem::path path_;
  struct File;
  std::unique_ptr<File> file_;
  std::uint64_t offset_ = 0;
};

}  // namespace mayfly
