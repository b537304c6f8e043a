#include "export/stored_zip.h"

#include <fmt/format.h>
#include <zlib.h>

#include "core/error.h"
#include "export/little_endian.h"

namespace mayfly {
namespace {

constexpr std::uint64_t kLargestFile = 0xFFFFFFFE;
constexpr std::uint32_t kLargestCount = 0xFFFE;
constexpr std::uint16_t kVersion = 20;           // 2.0
constexpr std::uint16_t kFirstDay = 1 << 5 | 1;  // 1980-01-01

std::uint32_t checksum(std::string_view content) {
  return static_cast<std::uint32_t>(
      ::crc32_z(0, reinterpret_cast<const unsigned char*>(content.data()), content.size()));
}

/// What the local header and the directory share: version needed, flags, method, time, date, checksum, sizes,
/// lengths of name and extra field.
std::string description(const std::string& name, std::string_view content) {
  std::string bytes;
  append_le16(bytes, kVersion);
  append_le16(bytes, 0);
  append_le16(bytes, 0);
  append_le16(bytes, 0);
  append_le16(bytes, kFirstDay);
  append_le32(bytes, checksum(content));
  append_le32(bytes, static_cast<std::uint32_t>(content.size()));
  append_le32(bytes, static_cast<std::uint32_t>(content.size()));
  append_le16(bytes, static_cast<std::uint16_t>(name.size()));
  append_le16(bytes, 0);
  return bytes;
}

}  // namespace

void StoredZip::add(const std::string& name, std::string_view content) {
  constexpr std::uint64_t kHeaders = 128;
  const std::uint64_t size =
      members_.size() + content.size() + directory_.size() + 2 * (name.size() + kHeaders);
  if (size > kLargestFile || count_ == kLargestCount)
    throw DataError(
        fmt::format("{}: the file would exceed the 4 GiB of a ZIP file; choose another format", name));
  const std::string described = description(name, content);
  directory_ += "PK\x01\x02";
  append_le16(directory_, kVersion);
  directory_ += described;
  append_le16(directory_, 0);  // comment
  append_le16(directory_, 0);  // disk
  append_le16(directory_, 0);  // internal attributes
  append_le32(directory_, 0);  // external attributes
  append_le32(directory_, static_cast<std::uint32_t>(members_.size()));
  directory_ += name;
  members_ += "PK\x03\x04" + described + name;
  members_ += content;
  ++count_;
}

std::string StoredZip::take() {
  std::string end = "PK\x05\x06";
  append_le32(end, 0);  // disks
  append_le16(end, static_cast<std::uint16_t>(count_));
  append_le16(end, static_cast<std::uint16_t>(count_));
  append_le32(end, static_cast<std::uint32_t>(directory_.size()));
  append_le32(end, static_cast<std::uint32_t>(members_.size()));
  append_le16(end, 0);  // comment
  members_ += directory_ + end;
  return std::move(members_);
}

}  // namespace mayfly
