// How the images of a folder become equal rectangles of bytes: [images] of campaign.toml.
#pragma once

#include <string>
#include <vector>

namespace mayfly {

/// The largest side of an image: max pooling takes maps of up to 256 rows and columns (kernels/backend.h).
inline constexpr int kLargestImageSide = 256;

struct ImageOptions {
  std::vector<int> image_size;          ///< {n} or {height, width}; {}: as the first training image
  std::string image_mode = "rgb";       ///< rgb, gray
  std::string resize = "none";          ///< none: other sizes are refused; center_crop
  std::string on_bad_image = "refuse";  ///< refuse, skip
  bool operator==(const ImageOptions&) const = default;
};

/// UsageError (key, expected, found) where a value is none of those above or a side is not 1 to 256.
void check_image_options(const ImageOptions& options);

}  // namespace mayfly
