#include "data/byte_source.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/error.h"

namespace mayfly {

struct ByteSource::File {
  explicit File(gzFile opened) : handle(opened) {}
  ~File() { gzclose(handle); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  gzFile handle;  // zlib passes files through that are not gzip
};

ByteSource::ByteSource(const std::filesystem::path& path) : path_(path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw DataError(fmt::format("{}: expected a file, found a folder", path.string()));
  gzFile opened = gzopen(path.c_str(), "rb");
  if (opened == nullptr)
    throw DataError(fmt::format("{}: cannot be opened: {}", path.string(), std::strerror(errno)));
  file_ = std::make_unique<File>(opened);
  gzbuffer(opened, 1U << 17);
}

ByteSource::~ByteSource() = default;

void ByteSource::fail(std::uint64_t at, const std::string& problem) const {
  throw DataError(fmt::format("{}: at byte {}: {}", path_.string(), at, problem));
}

std::size_t ByteSource::read_some(std::span<std::uint8_t> bytes) {
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto step = static_cast<unsigned>(std::min<std::size_t>(bytes.size() - filled, 1U << 30));
    const int got = gzread(file_->handle, bytes.data() + filled, step);
    int code = Z_OK;
    const char* message = gzerror(file_->handle, &code);
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END))
      fail(offset_ + filled,
           fmt::format("the gzip stream is damaged or cut off ({}); fetch the file again", message));
    filled += static_cast<std::size_t>(got);
    if (static_cast<unsigned>(got) < step) break;
  }
  offset_ += filled;
  return filled;
}

void ByteSource::read(std::span<std::uint8_t> bytes, const std::string& what) {
  const std::uint64_t start = offset_;
  const std::size_t got = read_some(bytes);
  if (got < bytes.size())
    fail(offset_, fmt::format("the file ends inside {}: expected {} bytes from byte {}, found {}", what,
                              bytes.size(), start, got));
}

std::uint32_t ByteSource::read_big_endian(const std::string& what) {
  std::uint8_t b[4];
  read(b, what);
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

std::vector<std::uint8_t> ByteSource::read_block(std::uint64_t count, const std::string& what) {
  constexpr std::uint64_t kStep = std::uint64_t{16} << 20;
  const std::uint64_t start = offset_;
  std::vector<std::uint8_t> bytes;
  while (bytes.size() < count) {
    const std::size_t had = bytes.size();
    const std::uint64_t step = std::min(kStep, count - had);
    if (had + step > bytes.capacity())
      bytes.reserve(std::min(count, std::max<std::uint64_t>(had + step, 2 * had)));
    bytes.resize(had + step);
    const std::size_t got = read_some(std::span(bytes).subspan(had));
    if (got < step)
      fail(offset_, fmt::format("the file ends inside {}: expected {} bytes from byte {}, found {}", what,
                                count, start, had + got));
  }
  return bytes;
}

void ByteSource::expect_end() {
  std::uint8_t extra;
  const std::uint64_t end = offset_;
  if (read_some({&extra, 1}) != 0) fail(end, "expected the end of the file, found more bytes");
}

}  // namespace mayfly
