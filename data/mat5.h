// MATLAB's MAT files of level 5 (save -v6 and -v7; also what SciPy and Octave write), variable by variable:
//   header   128 bytes: text, then at 124 the version 0x0100 and at 126 "IM" (little-endian) or "MI" (big)
//   element  tag (type, bytes; 32 bits each), then the bytes, padded to a multiple of 8; up to 4 bytes
//            may lie in the second half of the tag, their number in the upper half of the type
//   variable an element of type 14: flags, dimensions, name and values, elements themselves;
//            or one of type 15, without padding: a zlib stream that inflates to an element of type 14
// Source: MathWorks, "MAT-File Format", level 5.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/byte_source.h"

namespace mayfly {

/// Steps through the numeric arrays of a file from front to back; others (text, cells, structures, objects)
/// are passed over, compressed ones without inflating them. Memory: two buffers, whatever the file holds.
/// Every error is a DataError that names the file and the byte.
class MatFile {
 public:
  explicit MatFile(const std::filesystem::path& path);

  /// On to the next numeric array; false at the end of the file.
  bool next();

  const std::string& name() const { return name_; }
  /// Fastest first: values lie in column-major order.
  const std::vector<std::uint64_t>& dims() const { return dims_; }
  /// Product of dims().
  std::uint64_t count() const { return count_; }
  /// Whether the array is of MATLAB's uint8, so that read_bytes() gives its values.
  bool holds_bytes() const;
  /// "32x32x3x26032 uint8".
  std::string shape_text() const;

  /// The next values, as they are; only where holds_bytes().
  void read_bytes(std::span<std::uint8_t> values);
  /// The next values, whatever their type (64-bit integers beyond 2^53 are rounded).
  void read_numbers(std::span<double> values);
  /// After the last value was read: checks that the array ends as it says, and the zlib stream with it.
  void finish();

  /// How many of `count` values of one byte memory may be reserved for at once (ByteSource::reservable).
  std::uint64_t reservable(std::uint64_t count) const { return source().reservable(count); }
  /// Throws DataError at the dimensions of the array.
  [[noreturn]] void fail_shape(const std::string& problem) const;
  /// Throws DataError at value `index` of the array.
  [[noreturn]] void fail_value(std::uint64_t index, const std::string& problem) const;
  /// Throws DataError where the reading stands: at the end, after next() was false.
  [[noreturn]] void fail_here(const std::string& problem) const { file_.fail(file_.offset(), problem); }

 private:
  struct Tag;
  ByteSource& source() { return packed_ ? *packed_ : file_; }
  const ByteSource& source() const { return packed_ ? *packed_ : file_; }
  std::uint64_t word(const std::uint8_t* bytes, std::size_t count) const;
  double number(const std::uint8_t* bytes) const;
  void read_header();
  void leave();
  bool enter(const Tag& tag);
  Tag read_tag(const std::string& what);
  bool read_outer_tag(Tag& tag);
  std::vector<std::uint8_t> read_small(const char* what, std::uint32_t type, std::uint64_t most);
  bool read_flags();
  void read_dims();
  void read_values_tag();

  ByteSource file_;
  std::optional<ByteSource> packed_;  ///< the array's zlib stream, where it has one
  bool big_endian_ = false;
  bool inside_ = false;         ///< an array
  std::uint64_t end_ = 0;       ///< of the array with its padding, in source()
  int class_ = 0;               ///< MATLAB's, of the array
  std::uint32_t type_ = 0;      ///< of the values as stored
  std::uint64_t shape_at_ = 0;  ///< offset of the dimensions
  std::uint64_t values_at_ = 0;
  std::uint64_t values_end_ = 0;
  std::string name_;
  std::vector<std::uint64_t> dims_;
  std::uint64_t count_ = 0;
};

}  // namespace mayfly
