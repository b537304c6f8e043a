#include "data/mat5.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <limits>

namespace mayfly {
namespace {

constexpr std::uint32_t kInt8 = 1, kUint8 = 2, kInt16 = 3, kUint16 = 4, kInt32 = 5, kUint32 = 6, kSingle = 7,
                        kDouble = 9, kInt64 = 12, kUint64 = 13, kMatrix = 14, kCompressed = 15;
constexpr std::uint64_t kMostDims = 32;
constexpr std::uint64_t kLongestName = 1024;  ///< MATLAB allows 63
constexpr int kClassUint8 = 9;

/// Of one value; 0 where the type is none of numbers.
std::uint64_t bytes_of(std::uint32_t type) {
  switch (type) {
    case kInt8:
    case kUint8:
      return 1;
    case kInt16:
    case kUint16:
      return 2;
    case kInt32:
    case kUint32:
    case kSingle:
      return 4;
    case kDouble:
    case kInt64:
    case kUint64:
      return 8;
    default:
      return 0;
  }
}

/// MATLAB's numeric classes are 6 to 15; "" for others.
std::string class_name(int array_class) {
  static constexpr std::array kNames = {"double", "single", "int8",   "uint8", "int16",
                                        "uint16", "int32",  "uint32", "int64", "uint64"};
  const std::size_t index = static_cast<std::size_t>(array_class) - 6;
  return array_class >= 6 && index < kNames.size() ? kNames[index] : "";
}

std::uint64_t padded(std::uint64_t bytes) {
  return (bytes + 7) / 8 * 8;
}

}  // namespace

/// Of an element; `end` without padding, both counted in the source it was read from.
struct MatFile::Tag {
  std::uint32_t type = 0;
  std::uint64_t bytes = 0;
  std::uint64_t at = 0;  ///< offset of the tag
  bool in_tag = false;   ///< the bytes lie in the tag's second half
  std::uint64_t begin() const { return at + (in_tag ? 4 : 8); }
  std::uint64_t end() const { return begin() + bytes; }
  std::uint64_t padded_end() const { return in_tag ? at + 8 : begin() + padded(bytes); }
};

MatFile::MatFile(const std::filesystem::path& path) : file_(path) {
  read_header();
}

void MatFile::read_header() {
  std::array<std::uint8_t, 128> header;
  file_.read(header, "the header of a MATLAB file");
  const std::string order(header.begin() + 126, header.end());
  if (order != "IM" && order != "MI")
    file_.fail(
        126,
        fmt::format("expected \"IM\" or \"MI\", the mark of a MATLAB file of level 5, found 0x{:02x}{:02x}",
                    header[126], header[127]));
  big_endian_ = order == "MI";
  const std::uint64_t version = word(&header[124], 2);
  if (version == 0x0200)
    file_.fail(124, "expected version 0x0100 of a MATLAB file, found 0x0200 (HDF5); save it again with -v7");
  if (version != 0x0100)
    file_.fail(124, fmt::format("expected version 0x0100 of a MATLAB file, found 0x{:04x}", version));
}

std::uint64_t MatFile::word(const std::uint8_t* bytes, std::size_t count) const {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[big_endian_ ? i : count - 1 - i];
  return value;
}

double MatFile::number(const std::uint8_t* bytes) const {
  const std::uint64_t bits = word(bytes, bytes_of(type_));
  switch (type_) {
    case kInt8:
      return static_cast<std::int8_t>(bits);
    case kInt16:
      return static_cast<std::int16_t>(bits);
    case kInt32:
      return static_cast<std::int32_t>(bits);
    case kInt64:
      return static_cast<double>(static_cast<std::int64_t>(bits));
    case kSingle:
      return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    case kDouble:
      return std::bit_cast<double>(bits);
    default:
      return static_cast<double>(bits);
  }
}

bool MatFile::read_outer_tag(Tag& tag) {
  std::array<std::uint8_t, 8> bytes;
  tag = {.at = file_.offset()};
  if (!file_.read_unless_end(bytes, "the tag of an element")) return false;
  tag.type = static_cast<std::uint32_t>(word(bytes.data(), 4));
  tag.bytes = word(&bytes[4], 4);
  if (tag.type == 0 || tag.type > 0xffff)
    file_.fail(tag.at, fmt::format("expected the type of an element, found 0x{:08x}", tag.type));
  return true;
}

/// Of an element inside a variable.
MatFile::Tag MatFile::read_tag(const std::string& what) {
  std::array<std::uint8_t, 8> bytes;
  Tag tag{.at = source().offset()};
  source().read(std::span(bytes).first(4), "the tag of " + what);
  const auto first = static_cast<std::uint32_t>(word(bytes.data(), 4));
  tag.in_tag = first > 0xffff;
  if (tag.in_tag) {
    tag.type = first & 0xffff;
    tag.bytes = first >> 16;
    if (tag.bytes > 4)
      source().fail(tag.at,
                    fmt::format("the tag of {}: expected at most 4 bytes in it, found {}", what, tag.bytes));
  } else {
    source().read(std::span(bytes).last(4), "the tag of " + what);
    tag.type = first;
    tag.bytes = word(&bytes[4], 4);
  }
  if (tag.end() > end_)
    source().fail(tag.at, fmt::format("{}: expected at most {} bytes, as its variable ends there, found {}",
                                      what, end_ - std::min(end_, tag.begin()), tag.bytes));
  return tag;
}

/// A short element, whole, with its padding.
std::vector<std::uint8_t> MatFile::read_small(const char* what, std::uint32_t type, std::uint64_t most) {
  const Tag tag = read_tag(what);
  if (tag.type != type)
    source().fail(tag.at, fmt::format("{}: expected an element of type {}, found {}", what, type, tag.type));
  if (tag.bytes > most)
    source().fail(tag.at, fmt::format("{}: expected at most {} bytes, found {}", what, most, tag.bytes));
  std::vector<std::uint8_t> bytes(tag.bytes);
  source().read(bytes, what);
  source().skip(std::min(tag.padded_end(), end_) - tag.end(), what);
  return bytes;
}

/// Passes over the rest of the array.
void MatFile::leave() {
  if (packed_) {
    packed_->leave("a compressed variable");
    packed_.reset();
  } else if (inside_) {
    file_.skip(end_ - file_.offset(), "a variable");
  }
  inside_ = false;
}

bool MatFile::next() {
  for (;;) {
    leave();
    Tag tag;
    if (!read_outer_tag(tag)) return false;
    if (enter(tag)) return true;
  }
}

/// Whether the element is a numeric array; then reading stands at its first value.
bool MatFile::enter(const Tag& outer) {
  Tag tag = outer;
  inside_ = true;
  end_ = outer.padded_end();
  if (outer.type == kCompressed) {
    packed_.emplace(file_, outer.bytes);
    end_ = std::numeric_limits<std::uint64_t>::max();
    tag = read_tag("a compressed variable");
    if (tag.type != kMatrix)
      packed_->fail(tag.at, fmt::format("expected an array (type {}), found type {}", kMatrix, tag.type));
    end_ = tag.padded_end();
  }
  if (tag.type != kMatrix || tag.bytes == 0 || !read_flags()) return false;
  read_dims();
  const std::vector<std::uint8_t> name = read_small("the name of an array", kInt8, kLongestName);
  name_.assign(name.begin(), name.end());
  read_values_tag();
  return true;
}

bool MatFile::read_flags() {
  const std::vector<std::uint8_t> flags = read_small("the flags of an array", kUint32, 8);
  if (flags.size() != 8)
    source().fail(source().offset(),
                  fmt::format("the flags of an array: expected 8 bytes, found {}", flags.size()));
  const std::uint64_t first = word(flags.data(), 4);
  class_ = static_cast<int>(first & 0xff);
  const bool complex = (first & 0x0800) != 0;
  return !class_name(class_).empty() && !complex;
}

void MatFile::read_dims() {
  shape_at_ = source().offset();
  const std::vector<std::uint8_t> bytes = read_small("the dimensions of an array", kInt32, 4 * kMostDims);
  if (bytes.size() < 8 || bytes.size() % 4 != 0)
    fail_shape(fmt::format("the dimensions of an array: expected 4 bytes each, two or more, found {} bytes",
                           bytes.size()));
  dims_.clear();
  count_ = 1;
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    dims_.push_back(word(&bytes[i], 4));
    if (dims_.back() > std::numeric_limits<std::int32_t>::max())
      fail_shape(fmt::format("the dimensions of an array: expected 0 to 2147483647, found {}", dims_.back()));
    if (__builtin_mul_overflow(count_, dims_.back(), &count_))
      fail_shape("the dimensions of an array: expected fewer than 2^64 values");
  }
}

void MatFile::read_values_tag() {
  type_ = kUint8;
  values_at_ = values_end_ = source().offset();
  if (source().offset() < end_) {
    const Tag tag = read_tag("the values of an array");
    type_ = tag.type;
    values_at_ = tag.begin();
    values_end_ = tag.end();
  }
  if (bytes_of(type_) == 0)
    source().fail(values_at_,
                  fmt::format("array {:?}: expected numbers, found values of type {}", name_, type_));
  const std::uint64_t bytes = values_end_ - values_at_;
  if (bytes % bytes_of(type_) != 0 || bytes / bytes_of(type_) != count_)
    source().fail(values_at_, fmt::format("array {:?}: expected {} values of {} bytes ({}), found {} bytes",
                                          name_, count_, bytes_of(type_), shape_text(), bytes));
}

bool MatFile::holds_bytes() const {
  return class_ == kClassUint8 && type_ == kUint8;
}

std::string MatFile::shape_text() const {
  return fmt::format("{} {}", fmt::join(dims_, "x"), class_name(class_));
}

void MatFile::read_bytes(std::span<std::uint8_t> values) {
  source().read(values, fmt::format("the values of {:?}", name_));
}

void MatFile::read_numbers(std::span<double> values) {
  const std::size_t size = bytes_of(type_);
  std::vector<std::uint8_t> bytes(std::min<std::size_t>(values.size(), 8192) * size);
  for (std::size_t done = 0; done < values.size();) {
    const std::size_t step = std::min<std::size_t>(values.size() - done, 8192);
    read_bytes(std::span(bytes).first(step * size));
    for (std::size_t i = 0; i < step; ++i) values[done++] = number(&bytes[i * size]);
  }
}

void MatFile::finish() {
  ByteSource& from = source();
  if (end_ - values_end_ >= 8)
    from.fail(values_end_,
              fmt::format("array {:?}: expected its end and at most 7 bytes of padding, found {} more bytes",
                          name_, end_ - values_end_));
  from.skip(end_ - from.offset(), "the padding of an array");
  if (packed_) packed_->expect_end();
  packed_.reset();
  inside_ = false;
}

void MatFile::fail_shape(const std::string& problem) const {
  source().fail(shape_at_, problem);
}

void MatFile::fail_value(std::uint64_t index, const std::string& problem) const {
  source().fail(values_at_ + index * bytes_of(type_), problem);
}

}  // namespace mayfly
