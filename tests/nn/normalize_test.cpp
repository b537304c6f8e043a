#include "nn/normalize.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

namespace mayfly {
namespace {

TEST(PixelTable, HalfAndNone) {
  const ImageShape image{2, 1, 1};
  const std::vector<float> half = pixel_table(Normalize::half, {}, image),
                           none = pixel_table(Normalize::none, {}, image);
  ASSERT_EQ(half.size(), 512U);
  for (std::size_t v = 0; v < 256; ++v) {
    const float x = static_cast<float>(v) / 255.0F;
    EXPECT_EQ(none[v], x);
    EXPECT_EQ(half[v], (x - 0.5F) / 0.5F);
    EXPECT_EQ(half[256 + v], half[v]);
  }
  EXPECT_EQ(half[0], -1.0F);
  EXPECT_EQ(half[255], 1.0F);
}

TEST(PixelTable, DatasetUsesMeanAndPopulationDeviationOfEachChannel) {
  const std::vector<std::uint8_t> pixels = {0, 2, 10, 10, 4, 6, 30, 30};  // two images of 2 channels of 1x2
  const std::vector<float> table = pixel_table(Normalize::dataset, pixels, {2, 1, 2});
  const auto mean = static_cast<float>(3.0 / 255.0), deviation = static_cast<float>(std::sqrt(5.0) / 255.0);
  EXPECT_EQ(table[6], (6.0F / 255.0F - mean) / deviation);
  const auto second_mean = static_cast<float>(20.0 / 255.0),
             second_deviation = static_cast<float>(10.0 / 255.0);
  EXPECT_EQ(table[256 + 30], (30.0F / 255.0F - second_mean) / second_deviation);
}

TEST(PixelTable, DatasetOfEqualPixelsIsAnError) {
  const std::vector<std::uint8_t> pixels(8, 9);
  EXPECT_THROW(pixel_table(Normalize::dataset, pixels, {1, 2, 2}), UsageError);
  EXPECT_THROW(pixel_table(Normalize::dataset, {}, {1, 2, 2}), UsageError);
}

TEST(ParseNormalize, KnowsItsNames) {
  for (const char* name : {"none", "half", "dataset"}) EXPECT_EQ(to_string(parse_normalize(name)), name);
  EXPECT_THROW(parse_normalize("mean"), UsageError);
}

}  // namespace
}  // namespace mayfly
