#include "data/image_bytes.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "core/error.h"

namespace mayfly {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uintmax_t kLargestFile = std::uintmax_t{256} << 20;
constexpr std::array<std::uint8_t, 8> kPngStart{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

/// Reads numbers from bytes and says, by file and place, where they end too early.
class ImageCheck {
 public:
  ImageCheck(const std::filesystem::path& path, Bytes bytes) : path_(path), bytes_(bytes) {}

  void png() const;
  void jpeg() const;
  void bmp() const;

  [[noreturn]] void fail(std::size_t at, const std::string& problem) const {
    throw DataError(fmt::format("{}: at byte {}: {}", path_.string(), at, problem));
  }

 private:
  void require(std::size_t at, std::size_t count, const char* what) const {
    if (at > bytes_.size() || count > bytes_.size() - at)
      fail(bytes_.size(), fmt::format("the image is cut: expected {} bytes of {} from byte {}, found {}",
                                      count, what, at, bytes_.size() - std::min(at, bytes_.size())));
  }
  std::uint32_t big_endian(std::size_t at) const {
    return std::uint32_t{bytes_[at]} << 24 | std::uint32_t{bytes_[at + 1]} << 16 |
           std::uint32_t{bytes_[at + 2]} << 8 | bytes_[at + 3];
  }
  std::uint32_t little_endian(std::size_t at, int count) const {
    std::uint32_t value = 0;
    for (int i = count - 1; i >= 0; --i) value = value << 8 | bytes_[at + static_cast<std::size_t>(i)];
    return value;
  }
  std::size_t after_scan(std::size_t at) const;
  void jpeg_huffman_tables(std::size_t at, std::size_t length) const;

  const std::filesystem::path& path_;
  Bytes bytes_;
};

void ImageCheck::png() const {
  for (std::size_t at = kPngStart.size();;) {
    require(at, 12, "a PNG chunk's frame");
    const std::size_t length = big_endian(at);
    require(at, 12 + length, "a PNG chunk");
    const auto sum = static_cast<std::uint32_t>(
        crc32(0, bytes_.data() + at + 4, static_cast<unsigned>(length) + 4));  // type and data
    if (sum != big_endian(at + 8 + length))
      fail(at, fmt::format("damaged PNG chunk: expected the sum {:08x}, found {:08x}",
                           big_endian(at + 8 + length), sum));
    if (std::memcmp(bytes_.data() + at + 4, "IEND", 4) == 0) return;
    at += 12 + length;
  }
}

/// First marker behind the entropy-coded bytes that begin at `at`; FF 00 is a byte FF, D0 to D7 restart.
std::size_t ImageCheck::after_scan(std::size_t at) const {
  for (; at + 1 < bytes_.size(); ++at) {
    const std::uint8_t marker = bytes_[at + 1];
    const bool inside = marker == 0 || marker == 0xff || (marker >= 0xd0 && marker <= 0xd7);
    if (bytes_[at] == 0xff && !inside) return at;
  }
  fail(bytes_.size(), "the image is cut: expected the end mark of the JPEG, found the end of the file");
}

/// stb_image 2.27 and older write behind their arrays where the codes of a table are more than 256.
void ImageCheck::jpeg_huffman_tables(std::size_t at, std::size_t length) const {
  constexpr std::size_t kCounts = 16;
  const std::size_t end = at + length;
  while (at < end) {
    if (end - at < 1 + kCounts) fail(at, "expected a whole Huffman table, found the end of its JPEG segment");
    std::size_t codes = 0;
    for (std::size_t i = 1; i <= kCounts; ++i) codes += bytes_[at + i];
    if (codes > 256) fail(at, fmt::format("expected a Huffman table of at most 256 codes, found {}", codes));
    at += 1 + kCounts + codes;
  }
  if (at != end) fail(at, "expected a whole Huffman table, found the end of its JPEG segment");
}

void ImageCheck::jpeg() const {
  for (std::size_t at = 2;;) {
    require(at, 2, "a JPEG marker");
    if (bytes_[at] != 0xff) fail(at, fmt::format("expected a JPEG marker, found {:02x}", bytes_[at]));
    const std::uint8_t marker = bytes_[at + 1];
    if (marker == 0xd9) return;  // end of image
    if (marker == 0xff) {        // fill byte
      ++at;
      continue;
    }
    require(at, 4, "a JPEG segment");
    const std::size_t length = std::size_t{bytes_[at + 2]} << 8 | bytes_[at + 3];
    if (length < 2) fail(at + 2, fmt::format("expected a length of 2 or more, found {}", length));
    require(at + 2, length, "a JPEG segment");
    if (marker == 0xc4) jpeg_huffman_tables(at + 4, length - 2);
    at += 2 + length;
    if (marker == 0xda) at = after_scan(at);  // start of scan
  }
}

void ImageCheck::bmp() const {
  require(0, 30, "a BMP header");
  const std::uint32_t offset = little_endian(10, 4);
  const std::uint32_t header = little_endian(14, 4);
  const bool old = header == 12;
  const std::uint32_t width = old ? little_endian(18, 2) : little_endian(18, 4);
  const auto signed_height = static_cast<std::int32_t>(old ? little_endian(20, 2) : little_endian(22, 4));
  const std::uint64_t height = static_cast<std::uint64_t>(std::llabs(signed_height));
  const std::uint32_t bits = old ? little_endian(24, 2) : little_endian(28, 2);
  if (bits > 32) fail(old ? 24 : 28, fmt::format("expected at most 32 bits per pixel, found {}", bits));
  if (old && bits <= 8)
    fail(24, fmt::format("expected a BMP of at least 24 bits or of the newer kind, found OS/2's of {} bits",
                         bits));
  const std::uint64_t row = (std::uint64_t{width} * bits + 31) / 32 * 4;
  if (height != 0 && row > kLargestFile / height)
    fail(18, fmt::format("expected an image of at most {} bytes, found {}x{}", kLargestFile, height, width));
  require(offset, row * height, "a BMP's pixels");
}

}  // namespace

std::vector<std::uint8_t> read_image_bytes(const std::filesystem::path& path) {
  std::error_code error;
  const bool regular = std::filesystem::is_regular_file(path, error);
  const std::uintmax_t size = regular ? std::filesystem::file_size(path, error) : 0;
  if (error) throw DataError(fmt::format("{}: cannot be read: {}", path.string(), error.message()));
  if (!regular)
    throw DataError(fmt::format("{}: expected an image file, found no regular file", path.string()));
  if (size == 0) throw DataError(fmt::format("{}: expected an image, found an empty file", path.string()));
  if (size > kLargestFile)
    throw DataError(fmt::format("{}: expected an image of at most {} bytes, found {}", path.string(),
                                kLargestFile, size));
  std::ifstream in(path, std::ios::binary);
  std::vector<std::uint8_t> bytes(size);
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!in) throw DataError(fmt::format("{}: cannot be read: {}", path.string(), std::strerror(errno)));
  return bytes;
}

void require_whole_image(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  const ImageCheck check(path, bytes);
  if (bytes.size() >= kPngStart.size() && std::equal(kPngStart.begin(), kPngStart.end(), bytes.begin()))
    return check.png();
  if (bytes.size() >= 2 && bytes[0] == 0xff && bytes[1] == 0xd8) return check.jpeg();
  if (bytes.size() >= 2 && bytes[0] == 'B' && bytes[1] == 'M') return check.bmp();
  check.fail(0, "expected a PNG, JPEG or BMP image, found something else; convert it to PNG");
}

}  // namespace mayfly
