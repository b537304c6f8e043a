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
namespace {

enum class Packing { none, gzip, zlib };

constexpr std::uint64_t kStep = std::uint64_t{16} << 20;  ///< promised bytes that are worth no doubt

}  // namespace

/// Bytes as they lie in the file or in the outer source, through a buffer, and the inflater where they are
/// compressed.
class ByteSource::Input {
 public:
  explicit Input(const std::filesystem::path& path)
      : in_(path, std::ios::binary), buffer_(std::size_t{1} << 17) {
    std::error_code unknown;
    const std::uintmax_t bytes = std::filesystem::file_size(path, unknown);
    if (!unknown) size_ = bytes;
  }
  Input(ByteSource& outer, std::uint64_t bytes)
      : outer_(&outer),
        start_(outer.offset()),
        size_(bytes),
        buffer_(std::min(bytes, std::uint64_t{1} << 17)) {
    start_inflating(Packing::zlib);
  }
  ~Input() {
    if (packing_ != Packing::none) inflateEnd(&inflater);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  /// Reads on; false at the end.
  bool refill() {
    std::size_t got = 0;
    if (outer_ != nullptr) {
      const std::uint64_t left = std::min<std::uint64_t>(size_ - bytes_read_, buffer_.size());
      got = outer_->read_some(std::span(buffer_).first(left));
    } else {
      in_.read(reinterpret_cast<char*>(buffer_.data()), static_cast<std::streamsize>(buffer_.size()));
      got = static_cast<std::size_t>(in_.gcount());
    }
    inflater.next_in = buffer_.data();
    inflater.avail_in = static_cast<unsigned>(got);
    bytes_read_ += got;
    return got > 0;
  }

  void start_inflating(Packing packing) {
    const int window = packing == Packing::gzip ? 15 + 16 : 15;  // 15: any window; + 16: gzip only
    if (inflateInit2(&inflater, window) != Z_OK) throw std::bad_alloc();
    packing_ = packing;
  }

  /// Passes over what is not yet read.
  void leave(const std::string& what) {
    outer_->skip(size_ - bytes_read_, what);
    bytes_read_ = size_;
    inflater.avail_in = 0;
    ended = true;
  }

  bool opened() const { return in_.good(); }
  bool broken() const { return in_.bad(); }
  Packing packing() const { return packing_; }
  std::uint64_t start() const { return start_; }
  /// Of the next byte, in the file or in the outer source.
  std::uint64_t position() const { return start_ + bytes_read_ - inflater.avail_in; }
  /// Bytes that the rest may well hold; of a pipe 0.
  std::uint64_t likely() const {
    std::uint64_t left = std::max(start_ + size_, position()) - position();
    if (outer_ != nullptr) left = std::min(left, outer_->input_->likely() + inflater.avail_in);
    return packing_ == Packing::none ? left : 8 * left;
  }
  /// Which bytes the offsets count.
  std::string inside() const {
    if (packing_ == Packing::none) return "";
    if (packing_ == Packing::gzip) return " of the inflated data";
    return fmt::format(" of what inflates from byte {}{}", start_, outer_->input_->inside());
  }

  z_stream inflater{};  ///< its next_in and avail_in are the unread part of the buffer
  bool ended = false;   ///< the stream; a gzip file may hold several, one after the other

 private:
  std::ifstream in_;
  ByteSource* outer_ = nullptr;
  std::uint64_t start_ = 0;  ///< in the outer source
  std::uint64_t size_ = 0;
  std::vector<std::uint8_t> buffer_;
  std::uint64_t bytes_read_ = 0;
  Packing packing_ = Packing::none;
};

ByteSource::ByteSource(const std::filesystem::path& path) : path_(path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw DataError(fmt::format("{}: expected a file, found a folder", path.string()));
  input_ = std::make_unique<Input>(path);
  if (!input_->opened())
    throw DataError(fmt::format("{}: cannot be opened: {}", path.string(), std::strerror(errno)));
  input_->refill();
  const z_stream& start = input_->inflater;
  if (start.avail_in >= 2 && start.next_in[0] == 0x1f && start.next_in[1] == 0x8b)
    input_->start_inflating(Packing::gzip);
}

ByteSource::ByteSource(ByteSource& outer, std::uint64_t bytes)
    : path_(outer.path_), input_(std::make_unique<Input>(outer, bytes)) {}

ByteSource::~ByteSource() = default;

void ByteSource::fail(std::uint64_t at, const std::string& problem) const {
  throw DataError(fmt::format("{}: at byte {}{}: {}", path_.string(), at, input_->inside(), problem));
}

void ByteSource::fail_inflating(std::uint64_t at, const std::string& found) const {
  fail(at, fmt::format("expected an intact {} stream, found {} near byte {} of the file; fetch it again",
                       input_->packing() == Packing::gzip ? "gzip" : "zlib", found, input_->position()));
}

std::size_t ByteSource::copy_some(std::span<std::uint8_t> bytes) {
  z_stream& input = input_->inflater;
  std::size_t filled = 0;
  while (filled < bytes.size() && (input.avail_in > 0 || input_->refill())) {
    const std::size_t step = std::min<std::size_t>(bytes.size() - filled, input.avail_in);
    std::memcpy(bytes.data() + filled, input.next_in, step);
    input.next_in += step;
    input.avail_in -= static_cast<unsigned>(step);
    filled += step;
  }
  return filled;
}

/// One call of zlib, for bytes from offset `at`; 0 bytes may mean that it wants more input.
std::size_t ByteSource::inflate_step(std::span<std::uint8_t> bytes, std::uint64_t at) {
  z_stream& inflater = input_->inflater;
  const auto room = static_cast<unsigned>(std::min<std::size_t>(bytes.size(), 1U << 30));
  inflater.next_out = bytes.data();
  inflater.avail_out = room;
  const int code = inflate(&inflater, Z_NO_FLUSH);
  const std::size_t got = room - inflater.avail_out;
  if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
    fail_inflating(at + got, inflater.msg == nullptr ? "damage" : inflater.msg);
  input_->ended = code == Z_STREAM_END;
  return got;
}

std::size_t ByteSource::inflate_some(std::span<std::uint8_t> bytes) {
  z_stream& inflater = input_->inflater;
  const std::uint64_t start = offset_;
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    if (inflater.avail_in == 0 && !input_->refill()) {
      if (input_->ended) break;
      fail_inflating(start + filled, "its end");
    }
    if (input_->ended) {
      if (input_->packing() == Packing::zlib) fail_inflating(start + filled, "more bytes after its end");
      inflateReset(&inflater);
    }
    filled += inflate_step(bytes.subspan(filled), start + filled);
  }
  return filled;
}

std::size_t ByteSource::read_some(std::span<std::uint8_t> bytes) {
  const std::size_t filled = input_->packing() == Packing::none ? copy_some(bytes) : inflate_some(bytes);
  if (input_->broken()) fail(offset_ + filled, fmt::format("cannot be read: {}", std::strerror(errno)));
  offset_ += filled;
  return filled;
}

void ByteSource::expect_all(std::uint64_t got, std::uint64_t expected, const std::string& what) const {
  if (got == expected) return;
  fail(offset_, fmt::format("the {} inside {}: expected {} bytes from byte {}, found {}",
                            input_->packing() == Packing::zlib ? "compressed data end" : "file ends", what,
                            expected, offset_ - got, got));
}

void ByteSource::read(std::span<std::uint8_t> bytes, const std::string& what) {
  expect_all(read_some(bytes), bytes.size(), what);
}

bool ByteSource::read_unless_end(std::span<std::uint8_t> bytes, const std::string& what) {
  const std::size_t got = read_some(bytes);
  if (got > 0) expect_all(got, bytes.size(), what);
  return got > 0;
}

std::uint32_t ByteSource::read_big_endian(const std::string& what) {
  std::uint8_t b[4];
  read(b, what);
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

std::vector<std::uint8_t> ByteSource::read_block(std::uint64_t count, const std::string& what) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(reservable(count));
  while (bytes.size() < count) {
    const std::size_t had = bytes.size();
    const std::uint64_t step = std::min(kStep, count - had);
    if (had + step > bytes.capacity())
      bytes.reserve(std::min(count, std::max<std::uint64_t>(had + step, 2 * had)));
    bytes.resize(had + step);
    const std::size_t got = read_some(std::span(bytes).subspan(had));
    if (got < step) expect_all(had + got, count, what);
  }
  return bytes;
}

void ByteSource::skip(std::uint64_t count, const std::string& what) {
  std::vector<std::uint8_t> passed(std::min<std::uint64_t>(count, 1U << 16));
  for (std::uint64_t done = 0; done < count;) {
    const std::size_t step = std::min<std::uint64_t>(count - done, passed.size());
    const std::size_t got = read_some(std::span(passed).first(step));
    done += got;
    if (got < step) expect_all(done, count, what);
  }
}

void ByteSource::expect_end() {
  std::uint8_t extra;
  const std::uint64_t end = offset_;
  if (read_some({&extra, 1}) != 0)
    fail(end, fmt::format("expected the end of the {}, found more bytes",
                          input_->packing() == Packing::zlib ? "compressed data" : "file"));
}

void ByteSource::leave(const std::string& what) {
  input_->leave(what);
}

std::uint64_t ByteSource::reservable(std::uint64_t count) const {
  return std::min(count, std::max(input_->likely(), kStep));
}

}  // namespace mayfly
