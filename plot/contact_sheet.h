// Many small images on one picture, in strips: a strip is a row of images that belong together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/shape.h"

namespace mayfly {

struct SheetLayout {
  ImageShape image;  ///< 1 or 3 channels
  int images_per_strip = 1;
  int strips = 1;
  int strips_per_row = 1;  ///< strips side by side

  int rows() const { return (strips + strips_per_row - 1) / strips_per_row; }
  int scale() const;  ///< each pixel becomes scale x scale, so that the longer side has 48 at least
  int width() const;  ///< of the picture, in pixels
  int height() const;
};

/// Strips side by side such that the picture is as near to a square as can be.
SheetLayout square_layout(const ImageShape& image, int images_per_strip, int strips);

/// UsageError above 64 million pixels.
class ContactSheet {
 public:
  explicit ContactSheet(const SheetLayout& layout);

  /// Strips are numbered row by row; `planes` are (channels, height, width).
  void place(int strip, int image, std::span<const std::uint8_t> planes);

  std::string png() const;

 private:
  SheetLayout layout_;
  std::vector<std::uint8_t> pixels_;  ///< (height, width, 3)
};

}  // namespace mayfly
