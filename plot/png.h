// Pictures as PNG files, by stb_image_write.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace mayfly {

/// A PNG of 8 bits: `pixels` are (height, width, channels), channels 1 (gray) or 3 (red, green, blue). Equal
/// pixels give equal bytes.
std::string png_bytes(int width, int height, int channels, std::span<const std::uint8_t> pixels);

}  // namespace mayfly
