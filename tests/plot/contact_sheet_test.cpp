// Sheets of images: each pixel where it belongs.
#include "plot/contact_sheet.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/error.h"
#include "data/decode_image.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {
namespace {

std::array<int, 3> pixel_of(const DecodedImage& image, int y, int x) {
  const std::size_t at = static_cast<std::size_t>((y * image.width + x) * image.channels);
  return {image.pixels[at], image.pixels[at + 1], image.pixels[at + 2]};
}

DecodedImage read_back(const ContactSheet& sheet, const ScratchFolder& scratch) {
  const std::filesystem::path file = scratch.path() / "sheet.png";
  std::ofstream(file, std::ios::binary) << sheet.png();
  return decode_image(file);
}

TEST(ContactSheet, PixelsLieUprightAndInTheirColours) {
  const ScratchFolder scratch;
  const SheetLayout layout{.image = {3, 2, 3}, .images_per_strip = 2, .strips = 3, .strips_per_row = 2};
  ASSERT_EQ(layout.scale(), 16);
  ContactSheet sheet(layout);
  // planes: red of 2x3, green, blue
  sheet.place(1, 1,
              std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16, 21, 22, 23, 24, 25, 26});
  const DecodedImage picture = read_back(sheet, scratch);
  EXPECT_EQ(picture.width, layout.width());
  EXPECT_EQ(picture.height, layout.height());
  const int left = 2 + (2 * (48 + 2) + 10) + (48 + 2), top = 2;
  EXPECT_EQ(pixel_of(picture, top, left), (std::array{1, 11, 21}));
  EXPECT_EQ(pixel_of(picture, top + 15, left + 47), (std::array{3, 13, 23}));
  EXPECT_EQ(pixel_of(picture, top + 16, left), (std::array{4, 14, 24}));
  EXPECT_EQ(pixel_of(picture, top + 31, left + 31), (std::array{5, 15, 25}));
  EXPECT_EQ(pixel_of(picture, top + 32, left), pixel_of(picture, 0, 0));
  EXPECT_EQ(pixel_of(picture, top, left - 1), pixel_of(picture, 0, 0));
}

TEST(ContactSheet, LayoutsAreNearlySquareAndBounded) {
  const SheetLayout layout = square_layout({3, 32, 32}, 8, 100);
  EXPECT_EQ(layout.scale(), 2);
  EXPECT_LT(layout.width(), 2 * layout.height());
  EXPECT_LT(layout.height(), 2 * layout.width());
  EXPECT_EQ(layout.strips_per_row * layout.rows() >= 100, true);
  EXPECT_THROW(ContactSheet(square_layout({3, 256, 256}, 1000, 256)), UsageError);
}

}  // namespace
}  // namespace mayfly
