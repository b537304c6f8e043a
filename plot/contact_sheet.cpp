#include "plot/contact_sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/error.h"
#include "plot/png.h"

namespace mayfly {
namespace {

constexpr int kGap = 2;        ///< between images, and around them
constexpr int kStripGap = 10;  ///< between strips side by side
constexpr int kShortestSide = 48;
constexpr std::int64_t kMostPixels = std::int64_t{1} << 26;
constexpr std::uint8_t kBackground = 64;

int step(int side, int scale) {
  return side * scale + kGap;
}

int strip_step(const SheetLayout& layout) {
  return layout.images_per_strip * step(layout.image.width, layout.scale()) + kStripGap;
}

}  // namespace

int SheetLayout::scale() const {
  const int side = std::max(image.height, image.width);
  return (kShortestSide + side - 1) / side;
}

int SheetLayout::width() const {
  return strips_per_row * strip_step(*this) - kStripGap + kGap;
}

int SheetLayout::height() const {
  return rows() * step(image.height, scale()) + kGap;
}

SheetLayout square_layout(const ImageShape& image, int images_per_strip, int strips) {
  SheetLayout best{.image = image, .images_per_strip = images_per_strip, .strips = strips};
  for (int side_by_side = 2; side_by_side <= strips; ++side_by_side) {
    SheetLayout layout = best;
    layout.strips_per_row = side_by_side;
    if (std::max(layout.width(), layout.height()) < std::max(best.width(), best.height())) best = layout;
  }
  return best;
}

ContactSheet::ContactSheet(const SheetLayout& layout) : layout_(layout) {
  if (std::int64_t{layout.width()} * layout.height() > kMostPixels)
    throw UsageError(
        fmt::format("contact sheet: expected at most {} pixels, found {}x{}; show fewer images (-n)",
                    kMostPixels, layout.height(), layout.width()));
  pixels_.assign(static_cast<std::size_t>(layout.width()) * static_cast<std::size_t>(layout.height()) * 3,
                 kBackground);
}

void ContactSheet::place(int strip, int image, std::span<const std::uint8_t> planes) {
  const ImageShape& shape = layout_.image;
  const int scale = layout_.scale(), width = layout_.width();
  const int top = kGap + strip / layout_.strips_per_row * step(shape.height, scale);
  const int left =
      kGap + strip % layout_.strips_per_row * strip_step(layout_) + image * step(shape.width, scale);
  const std::ptrdiff_t plane = std::ptrdiff_t{shape.height} * shape.width;
  for (int y = 0; y < shape.height * scale; ++y)
    for (int x = 0; x < shape.width * scale; ++x) {
      const std::ptrdiff_t from = std::ptrdiff_t{y / scale} * shape.width + x / scale;
      std::uint8_t* to = &pixels_[static_cast<std::size_t>((std::ptrdiff_t{top + y} * width + left + x) * 3)];
      for (int channel = 0; channel < 3; ++channel)
        to[channel] = planes[static_cast<std::size_t>((shape.channels == 3 ? channel : 0) * plane + from)];
    }
}

std::string ContactSheet::png() const {
  return png_bytes(layout_.width(), layout_.height(), 3, pixels_);
}

}  // namespace mayfly
