#include "export/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>

#include "core/error.h"
#include "export/little_endian.h"

namespace mayfly {
namespace {

constexpr std::size_t kAlignment = 64;

/// Code points of a UTF-8 text; empty where it is none.
std::optional<std::u32string> code_points(const std::string& text) {
  std::u32string points;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const int length = first < 0x80 ? 1 : std::countl_one(first);
    if (first >= 0x80 && (length < 2 || length > 4)) return std::nullopt;
    if (i + static_cast<std::size_t>(length) > text.size()) return std::nullopt;
    char32_t point = length == 1 ? first : first & (0x7FU >> length);
    for (int k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + static_cast<std::size_t>(k)]);
      if ((next & 0xC0) != 0x80) return std::nullopt;
      point = point << 6 | (next & 0x3FU);
    }
    points += point;
    i += static_cast<std::size_t>(length);
  }
  return points;
}

std::vector<std::u32string> decoded(const Column& column) {
  std::vector<std::u32string> texts;
  for (std::size_t row = 0; row < column.size(); ++row) {
    auto points = code_points(column.text(row));
    if (!points)
      throw UsageError(
          fmt::format("column {}: row {}: expected UTF-8, found other bytes", column.name(), row + 1));
    texts.push_back(std::move(*points));
  }
  return texts;
}

std::string header(const std::string& type, std::size_t rows) {
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({},), }}", type, rows);
  const std::size_t fixed = 6 + 2 + 2;  // magic, version, length of the text
  const std::size_t whole = (fixed + text.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
  text.append(whole - fixed - text.size() - 1, ' ');
  text += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += '\x01';
  bytes += '\0';
  append_le16(bytes, static_cast<std::uint16_t>(text.size()));
  return bytes + text;
}

std::string text_array(const Column& column) {
  const std::vector<std::u32string> texts = decoded(column);
  std::size_t width = 1;  // numpy makes 1 of 0
  for (const std::u32string& text : texts) width = std::max(width, text.size());
  std::string bytes = header(fmt::format("<U{}", width), column.size());
  bytes.reserve(bytes.size() + texts.size() * width * 4);
  for (const std::u32string& text : texts)
    for (std::size_t i = 0; i < width; ++i) append_le32(bytes, i < text.size() ? text[i] : 0);
  return bytes;
}

std::string integer_array(const Column& column) {
  std::string bytes = header("<i8", column.size());
  for (std::size_t row = 0; row < column.size(); ++row)
    append_le64(bytes, static_cast<std::uint64_t>(column.is_missing(row) ? -1 : column.integer(row)));
  return bytes;
}

std::string real_array(const Column& column) {
  std::string bytes = header("<f8", column.size());
  for (std::size_t row = 0; row < column.size(); ++row)
    append_le64(bytes, std::bit_cast<std::uint64_t>(column.real(row)));
  return bytes;
}

/// numpy knows no missing truth: such a column becomes int64 with -1.
bool has_missing(const Column& column) {
  for (std::size_t row = 0; row < column.size(); ++row)
    if (column.is_missing(row)) return true;
  return false;
}

std::string boolean_array(const Column& column) {
  if (has_missing(column)) return integer_array(column);
  std::string bytes = header("|b1", column.size());
  for (std::size_t row = 0; row < column.size(); ++row) bytes += static_cast<char>(column.integer(row));
  return bytes;
}

}  // namespace

std::string npy_bytes(const Column& column) {
  if (column.is_text()) return text_array(column);
  if (column.is_real()) return real_array(column);
  return column.type() == ColumnType::boolean ? boolean_array(column) : integer_array(column);
}

}  // namespace mayfly
