#include "tests/data/mat_files.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <bit>

namespace mayfly {

Bytes MatWriter::number(std::uint64_t value, int bytes) const {
  Bytes written;
  for (int i = 0; i < bytes; ++i) written.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  if (big_endian) std::reverse(written.begin(), written.end());
  return written;
}

Bytes MatWriter::header() const {
  const std::string text = "MATLAB 5.0 MAT-file, made up";
  Bytes bytes(text.begin(), text.end());
  bytes.resize(124, ' ');
  return joined({bytes, number(0x0100, 2), number(('M' << 8) + 'I', 2)});
}

Bytes MatWriter::element(int type, const Bytes& data) const {
  const auto kind = static_cast<std::uint64_t>(type);
  Bytes bytes = !data.empty() && data.size() <= 4 ? joined({number(data.size() << 16 | kind, 4), data})
                                                  : joined({number(kind, 4), number(data.size(), 4), data});
  bytes.resize((bytes.size() + 7) / 8 * 8);
  return bytes;
}

Bytes MatWriter::array(const std::string& name, int array_class, const std::vector<std::uint32_t>& dims,
                       int type, const Bytes& data) const {
  Bytes sizes;
  for (const std::uint32_t dim : dims) sizes = joined({sizes, number(dim, 4)});
  const Bytes flags = joined({number(static_cast<std::uint64_t>(array_class), 4), number(0, 4)});
  return element(mat::kArray,
                 joined({element(mat::kUint32, flags), element(mat::kInt32, sizes),
                         element(mat::kInt8, Bytes(name.begin(), name.end())), element(type, data)}));
}

Bytes MatWriter::compressed(const Bytes& inner) const {
  const Bytes stream = zlib(inner);
  return joined({number(mat::kCompressed, 4), number(stream.size(), 4), stream});
}

Bytes MatWriter::numbers(int type, const std::vector<double>& values) const {
  static const std::vector<std::pair<int, int>> sizes = {
      {mat::kInt8, 1},  {mat::kUint8, 1},  {mat::kInt16, 2}, {mat::kUint16, 2},
      {mat::kInt32, 4}, {mat::kUint32, 4}, {mat::kInt64, 8}, {mat::kUint64, 8}};
  Bytes bytes;
  for (const double value : values) {
    if (type == mat::kDouble) bytes = joined({bytes, number(std::bit_cast<std::uint64_t>(value), 8)});
    if (type == mat::kSingle)
      bytes = joined({bytes, number(std::bit_cast<std::uint32_t>(static_cast<float>(value)), 4)});
    for (const auto& [whole, size] : sizes)
      if (whole == type)
        bytes = joined({bytes, number(static_cast<std::uint64_t>(static_cast<std::int64_t>(value)), size)});
  }
  return bytes;
}

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Bytes zlib(const Bytes& bytes, int level) {
  uLongf size = compressBound(bytes.size());
  Bytes packed(size);
  EXPECT_EQ(compress2(packed.data(), &size, bytes.data(), bytes.size(), level), Z_OK);
  packed.resize(size);
  return packed;
}

std::uint8_t svhn_pixel(std::size_t image, std::size_t channel, std::size_t row, std::size_t column) {
  std::uint64_t noise = (image * 3072 + channel * 1024 + row * 32 + column + 1) * 0x9e3779b97f4a7c15U;
  noise = (noise ^ noise >> 29) * 0xbf58476d1ce4e5b9U;
  return static_cast<std::uint8_t>(7 * row + 3 * column + 50 * channel + 31 * image + (noise >> 33 & 63));
}

Bytes svhn_columns(std::size_t first, std::size_t count) {
  Bytes bytes;
  for (std::size_t image = first; image < first + count; ++image)
    for (std::size_t channel = 0; channel < 3; ++channel)
      for (std::size_t column = 0; column < 32; ++column)
        for (std::size_t row = 0; row < 32; ++row) bytes.push_back(svhn_pixel(image, channel, row, column));
  return bytes;
}

Bytes svhn_rows(std::size_t first, std::size_t count) {
  Bytes bytes;
  for (std::size_t image = first; image < first + count; ++image)
    for (std::size_t channel = 0; channel < 3; ++channel)
      for (std::size_t row = 0; row < 32; ++row)
        for (std::size_t column = 0; column < 32; ++column)
          bytes.push_back(svhn_pixel(image, channel, row, column));
  return bytes;
}

}  // namespace mayfly
