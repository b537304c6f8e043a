#include "data/byte_source.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <new>

#include "core/error.h"

namespace mayfly {

/// The file as it lies on disk, through a buffer, and the inflater where it is gzip.
struct ByteSource::File {
  explicit File(const std::filesystem::path& path)
      : in(path, std::ios::binary), buffer(std::size_t{1} << 17) {}
  ~File() {
    if (gzip) inflateEnd(&inflater);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  /// Reads on from the disk; false at the end of the file.
  bool refill() {
    in.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(buffer.size()));
    const auto got = static_cast<unsigned>(in.gcount());
    inflater.next_in = buffer.data();
    inflater.avail_in = got;
    bytes_read += got;
    return got > 0;
  }

  void start_inflating() {
    if (inflateInit2(&inflater, 15 + 16) != Z_OK) throw std::bad_alloc();  // 15 + 16: gzip only, any window
    gzip = true;
  }

  std::uint64_t position() const { return bytes_read - inflater.avail_in; }

  std::ifstream in;
  std::vector<std::uint8_t> buffer;
  std::uint64_t bytes_read = 0;
  z_stream inflater{};  ///< its next_in and avail_in are the unread part of the buffer
  bool gzip = false;
  bool between_members = false;  ///< a gzip file may hold several streams one after the other
};

ByteSource::ByteSource(const std::filesystem::path& path) : path_(path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw DataError(fmt::format("{}: expected a file, found a folder", path.string()));
  file_ = std::make_unique<File>(path);
  if (!file_->in)
    throw DataError(fmt::format("{}: cannot be opened: {}", path.string(), std::strerror(errno)));
  file_->refill();
  const z_stream& start = file_->inflater;
  if (start.avail_in >= 2 && start.next_in[0] == 0x1f && start.next_in[1] == 0x8b) file_->start_inflating();
}

ByteSource::~ByteSource() = default;

void ByteSource::fail(std::uint64_t at, const std::string& problem) const {
  throw DataError(fmt::format("{}: at byte {}{}: {}", path_.string(), at,
                              file_->gzip ? " of the inflated data" : "", problem));
}

void ByteSource::fail_gzip(std::uint64_t at, const std::string& found) const {
  fail(at, fmt::format("expected an intact gzip stream, found {} near byte {} of the file; fetch it again",
                       found, file_->position()));
}

std::size_t ByteSource::copy_some(std::span<std::uint8_t> bytes) {
  z_stream& input = file_->inflater;
  std::size_t filled = 0;
  while (filled < bytes.size() && (input.avail_in > 0 || file_->refill())) {
    const std::size_t step = std::min<std::size_t>(bytes.size() - filled, input.avail_in);
    std::memcpy(bytes.data() + filled, input.next_in, step);
    input.next_in += step;
    input.avail_in -= static_cast<unsigned>(step);
    filled += step;
  }
  return filled;
}

std::size_t ByteSource::inflate_some(std::span<std::uint8_t> bytes) {
  z_stream& inflater = file_->inflater;
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    if (inflater.avail_in == 0 && !file_->refill()) {
      if (file_->between_members) break;
      fail_gzip(offset_ + filled, "its end");
    }
    if (file_->between_members) inflateReset(&inflater);
    const auto room = static_cast<unsigned>(std::min<std::size_t>(bytes.size() - filled, 1U << 30));
    inflater.next_out = bytes.data() + filled;
    inflater.avail_out = room;
    const int code = inflate(&inflater, Z_NO_FLUSH);
    filled += room - inflater.avail_out;
    if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
      fail_gzip(offset_ + filled, inflater.msg == nullptr ? "damage" : inflater.msg);
    file_->between_members = code == Z_STREAM_END;
  }
  return filled;
}

std::size_t ByteSource::read_some(std::span<std::uint8_t> bytes) {
  const std::size_t filled = file_->gzip ? inflate_some(bytes) : copy_some(bytes);
  if (file_->in.bad()) fail(offset_ + filled, fmt::format("cannot be read: {}", std::strerror(errno)));
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
