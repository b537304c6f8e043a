// PNG, JPEG and BMP to pixels, by stb_image.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace mayfly {

/// Pixels as the file has them: 16-bit values lose their low byte, palettes are resolved, CMYK becomes RGB;
/// the orientation that cameras note beside them is not applied.
struct DecodedImage {
  int width = 0;
  int height = 0;
  int channels = 0;                  ///< 1 gray, 2 gray and alpha, 3 red green blue, 4 and alpha
  std::vector<std::uint8_t> pixels;  ///< (height, width, channels)
};

/// Width, height and channels of the file, no pixels. Errors as of decode_image.
DecodedImage image_header(const std::filesystem::path& path);

/// Equal bytes give equal pixels on every machine. Errors (DataError: file and what is wrong): those of
/// image_bytes.h, more than 64 million pixels, a side above 65535, kinds of the formats that stb_image does
/// not read (12-bit JPEG, compressed BMP). Memory follows the header only as far as that limit.
DecodedImage decode_image(const std::filesystem::path& path);

}  // namespace mayfly
