// The bytes of an image file, and whether they are all there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace mayfly {

/// The whole file. DataError (file, reason) where it is no regular file, empty, larger than 256 MiB or
/// cannot be read.
std::vector<std::uint8_t> read_image_bytes(const std::filesystem::path& path);

/// DataError (file, byte, expected, found) unless `bytes` are a whole PNG, JPEG or BMP, as far as that can be
/// seen without decoding: stb_image itself takes damaged files for images. PNG: every chunk with its sum, up
/// to IEND. JPEG: every segment up to the mark of the end. BMP: as many bytes as its header needs.
void require_whole_image(const std::filesystem::path& path, std::span<const std::uint8_t> bytes);

}  // namespace mayfly
