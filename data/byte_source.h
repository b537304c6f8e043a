// Bytes of a file, plain or compressed, in order, with the place for error messages.
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
  /// Inflates the zlib stream that is the next `bytes` bytes of `outer`, of which nobody else may read until
  /// expect_end() or leave(). Offsets count the inflated bytes; errors also name where in `outer` it begins.
  ByteSource(ByteSource& outer, std::uint64_t bytes);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  /// Fills `bytes`; a file that ends before is an error: `what` says what was being read.
  void read(std::span<std::uint8_t> bytes, const std::string& what);
  /// The same; false where nothing more is there at all.
  bool read_unless_end(std::span<std::uint8_t> bytes, const std::string& what);
  /// 32-bit big-endian number.
  std::uint32_t read_big_endian(const std::string& what);
  /// `count` bytes, in steps: memory grows only as bytes are really there, whatever a header promised.
  std::vector<std::uint8_t> read_block(std::uint64_t count, const std::string& what);
  /// Passes over `count` bytes.
  void skip(std::uint64_t count, const std::string& what);
  /// Error unless the file, or the zlib stream and its last byte in `outer`, ends here.
  void expect_end();
  /// Passes over what is left of a zlib stream without inflating it.
  void leave(const std::string& what);

  /// How many of `count` promised bytes memory may be reserved for at once: all where the rest of the file
  /// can well hold them (eight times its size, compressed), else few.
  std::uint64_t reservable(std::uint64_t count) const;

  std::uint64_t offset() const { return offset_; }
  const std::filesystem::path& path() const { return path_; }
  /// Throws DataError: file, byte offset, `problem`.
  [[noreturn]] void fail(std::uint64_t at, const std::string& problem) const;

 private:
  class Input;
  std::size_t read_some(std::span<std::uint8_t> bytes);
  std::size_t copy_some(std::span<std::uint8_t> bytes);
  std::size_t inflate_some(std::span<std::uint8_t> bytes);
  std::size_t inflate_step(std::span<std::uint8_t> bytes, std::uint64_t at);
  void expect_all(std::uint64_t got, std::uint64_t expected, const std::string& what) const;
  [[noreturn]] void fail_inflating(std::uint64_t at, const std::string& found) const;

  std::filesystem::path path_;
  std::unique_ptr<Input> input_;
  std::uint64_t offset_ = 0;
};

}  // namespace mayfly
