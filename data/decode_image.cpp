#include "data/decode_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "core/error.h"
#include "data/image_bytes.h"

namespace {

/// The largest block that stb_image may ask for: a damaged or hostile PNG may inflate to a thousand times
/// its size.
thread_local std::size_t largest_block = 0;

/// Zeros: of a JPEG whose data end early stb_image leaves blocks as they were allocated.
void* limited_allocate(std::size_t size) {
  return size <= largest_block ? std::calloc(1, size) : nullptr;
}

void* limited_reallocate(void* block, std::size_t size) {
  return size <= largest_block ? std::realloc(block, size) : nullptr;
}

}  // namespace

// The plain C decoder on every machine: with SSE2 or NEON the colours of a JPEG could differ in the last bit.
#define STBI_NO_SIMD
// The three formats that people train on; the fewer readers of foreign bytes, the better.
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_MAX_DIMENSIONS 65535
#define STBI_MALLOC(size) limited_allocate(size)
#define STBI_REALLOC(block, size) limited_reallocate(block, size)
#define STBI_FREE(block) std::free(block)
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#include <stb/stb_image.h>

namespace mayfly {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMostPixels = std::int64_t{1} << 26;

[[noreturn]] void fail(const fs::path& path, const std::string& problem) {
  throw DataError(fmt::format("{}: {}", path.string(), problem));
}

[[noreturn]] void fail_by_stb(const fs::path& path) {
  const char* reason = stbi_failure_reason();
  fail(path, fmt::format("expected an intact image, found: {}", reason == nullptr ? "damage" : reason));
}

/// What decoding may need at once: four channels of 16 bits, rows in parts, the file's compressed bytes,
/// with room for buffers that double.
std::size_t block_limit(std::int64_t pixels, std::size_t file_bytes) {
  return static_cast<std::size_t>(pixels) * 32 + file_bytes * 2 + (std::size_t{1} << 20);
}

DecodedImage header_of(const fs::path& path, const std::vector<std::uint8_t>& bytes) {
  require_whole_image(path, bytes);
  largest_block = block_limit(0, bytes.size());
  DecodedImage image;
  if (stbi_info_from_memory(bytes.data(), static_cast<int>(bytes.size()), &image.width, &image.height,
                            &image.channels) == 0)
    fail_by_stb(path);
  if (image.width < 1 || image.height < 1) fail(path, "expected an image, found one without pixels");
  const std::int64_t pixels = std::int64_t{image.width} * image.height;
  if (pixels > kMostPixels)
    fail(path,
         fmt::format("expected at most {} pixels, found {}x{}", kMostPixels, image.height, image.width));
  return image;
}

void complete_png_palette(std::vector<std::uint8_t>& bytes) {
  constexpr std::size_t kWhole = 768;
  for (std::size_t at = 8; std::memcmp(&bytes[at + 4], "IEND", 4) != 0;) {
    const std::size_t length = std::size_t{bytes[at]} << 24 | std::size_t{bytes[at + 1]} << 16 |
                               std::size_t{bytes[at + 2]} << 8 | bytes[at + 3];
    if (std::memcmp(&bytes[at + 4], "PLTE", 4) == 0 && length < kWhole) {
      bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at + 8 + length), kWhole - length, 0);
      bytes[at + 2] = kWhole >> 8;
      bytes[at + 3] = kWhole & 0xff;
      return;
    }
    at += 12 + length;
  }
}

/// Of a header of 40 bytes or more; require_whole_image() refuses palettes behind a smaller one.
void complete_bmp_palette(std::vector<std::uint8_t>& bytes) {
  const auto number = [&](std::size_t at) {
    return std::size_t{bytes[at]} | std::size_t{bytes[at + 1]} << 8 | std::size_t{bytes[at + 2]} << 16 |
           std::size_t{bytes[at + 3]} << 24;
  };
  const std::size_t offset = number(10), header = number(14), bits = bytes[28];
  if (header < 40 || header > 124 || bits > 8) return;
  const std::size_t needed = 14 + header + (std::size_t{4} << bits);
  if (offset < 14 + header || offset >= needed) return;
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(offset), needed - offset, 0);
  for (std::size_t i = 0; i < 4; ++i) bytes[10 + i] = static_cast<std::uint8_t>(needed >> (8 * i));
}

/// A palette with all its colours, the missing ones black: stb_image leaves those to chance.
void complete_palette(std::vector<std::uint8_t>& bytes) {
  if (bytes[0] == 0x89) complete_png_palette(bytes);
  if (bytes[0] == 'B') complete_bmp_palette(bytes);
}

}  // namespace

DecodedImage image_header(const fs::path& path) {
  return header_of(path, read_image_bytes(path));
}

DecodedImage decode_image(const fs::path& path) {
  std::vector<std::uint8_t> bytes = read_image_bytes(path);
  DecodedImage image = header_of(path, bytes);
  complete_palette(bytes);
  const std::int64_t pixels = std::int64_t{image.width} * image.height;
  largest_block = block_limit(pixels, bytes.size());
  const std::unique_ptr<stbi_uc, void (*)(void*)> decoded(
      stbi_load_from_memory(bytes.data(), static_cast<int>(bytes.size()), &image.width, &image.height,
                            &image.channels, 0),
      stbi_image_free);
  if (!decoded) fail_by_stb(path);
  image.pixels.assign(decoded.get(), decoded.get() + pixels * image.channels);
  return image;
}

}  // namespace mayfly
