// MATLAB files for the tests of their reader, made element by element from the format's description.
#pragma once

#include <initializer_list>

#include "tests/data/byte_files.h"

namespace mayfly {

/// Types of elements and classes of arrays, by their numbers in the format.
namespace mat {
inline constexpr int kInt8 = 1, kUint8 = 2, kInt16 = 3, kUint16 = 4, kInt32 = 5, kUint32 = 6, kSingle = 7,
                     kDouble = 9, kInt64 = 12, kUint64 = 13, kArray = 14, kCompressed = 15;
inline constexpr int kClassChar = 4, kClassDouble = 6, kClassUint8 = 9;
}  // namespace mat

struct MatWriter {
  bool big_endian = false;

  Bytes number(std::uint64_t value, int bytes) const;
  Bytes header() const;
  /// Up to 4 bytes go into the tag; others are padded.
  Bytes element(int type, const Bytes& data) const;
  /// A whole variable.
  Bytes array(const std::string& name, int array_class, const std::vector<std::uint32_t>& dims, int type,
              const Bytes& data) const;
  /// `inner` as a zlib stream, unpadded.
  Bytes compressed(const Bytes& inner) const;
  /// Labels as uint8, double, ...
  Bytes numbers(int type, const std::vector<double>& values) const;
};

Bytes joined(std::initializer_list<Bytes> parts);
/// One zlib stream that inflates to `bytes`.
Bytes zlib(const Bytes& bytes, int level = 6);

/// Pixel of image n of SVHN made up; in every byte another order would show.
std::uint8_t svhn_pixel(std::size_t image, std::size_t channel, std::size_t row, std::size_t column);
/// X's values of `count` images from `first` on: row fastest.
Bytes svhn_columns(std::size_t first, std::size_t count);
/// The same as (image, channel, row, column).
Bytes svhn_rows(std::size_t first, std::size_t count);

}  // namespace mayfly
