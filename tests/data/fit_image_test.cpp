// Scaling and cutting, against a slow way to the same numbers.
#include "data/fit_image.h"

#include <gtest/gtest.h>

#include <array>

#include "byte_files.h"

namespace mayfly {
namespace {

DecodedImage patterned(int height, int width, int channels) {
  DecodedImage image{.width = width, .height = height, .channels = channels};
  for (std::size_t i = 0; i < static_cast<std::size_t>(height * width * channels); ++i)
    image.pixels.push_back(pattern(i * i + 3 * i));
  return image;
}

Bytes fitted(const DecodedImage& image, const ImageShape& shape) {
  Bytes planes(static_cast<std::size_t>(shape.channels * shape.height * shape.width));
  fit_image(image, shape, planes);
  return planes;
}

TEST(FitImage, ImagesOfTheRightSizeKeepTheirPixels) {
  const DecodedImage image = patterned(3, 5, 3);
  const Bytes planes = fitted(image, {3, 3, 5});
  for (std::size_t i = 0; i < 15; ++i)
    for (std::size_t c = 0; c < 3; ++c) EXPECT_EQ(planes[c * 15 + i], image.pixels[i * 3 + c]);
}

TEST(FitImage, AlphaIsLeftOut) {
  const DecodedImage rgba{.width = 1, .height = 1, .channels = 4, .pixels = {10, 20, 30, 0}};
  EXPECT_EQ(fitted(rgba, {3, 1, 1}), (Bytes{10, 20, 30}));
  const DecodedImage gray{.width = 1, .height = 1, .channels = 2, .pixels = {10, 0}};
  EXPECT_EQ(fitted(gray, {3, 1, 1}), (Bytes{10, 10, 10}));
  EXPECT_EQ(fitted(gray, {1, 1, 1}), (Bytes{10}));
}

TEST(FitImage, GrayIsWeighedAndKeepsGray) {
  const auto gray_of = [](std::uint8_t r, std::uint8_t g, std::uint8_t b) {
    return int{fitted({.width = 1, .height = 1, .channels = 3, .pixels = {r, g, b}}, {1, 1, 1})[0]};
  };
  EXPECT_EQ(gray_of(255, 0, 0), 76);
  EXPECT_EQ(gray_of(0, 255, 0), 150);
  EXPECT_EQ(gray_of(0, 0, 255), 29);
  for (int v = 0; v < 256; ++v)
    EXPECT_EQ(
        gray_of(static_cast<std::uint8_t>(v), static_cast<std::uint8_t>(v), static_cast<std::uint8_t>(v)), v);
}

TEST(FitImage, WhatNeedsNoScalingIsCutFromTheMiddle) {
  const DecodedImage wide = patterned(4, 9, 1);
  const Bytes cut = fitted(wide, {1, 4, 4});
  for (std::size_t y = 0; y < 4; ++y)
    for (std::size_t x = 0; x < 4; ++x) EXPECT_EQ(cut[y * 4 + x], wide.pixels[y * 9 + x + 2]);
  const DecodedImage high = patterned(9, 4, 1);
  const Bytes rows = fitted(high, {1, 6, 4});
  EXPECT_EQ(rows, Bytes(high.pixels.begin() + 4, high.pixels.begin() + 28));
}

/// Every source pixel repeated B times on both axes, then the mean of A x A of those.
Bytes by_repetition(const DecodedImage& image, int height, int width, int a, int b) {
  const int top = (image.height * b - height * a) / (2 * b) * b,
            left = (image.width * b - width * a) / (2 * b) * b;
  Bytes result;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      std::uint64_t sum = 0;
      for (int i = 0; i < a; ++i)
        for (int j = 0; j < a; ++j)
          sum += image.pixels[static_cast<std::size_t>((top + y * a + i) / b * image.width +
                                                       (left + x * a + j) / b)];
      const auto area = static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(a);
      result.push_back(static_cast<std::uint8_t>((2 * sum + area) / (2 * area)));
    }
  return result;
}

TEST(FitImage, ShrinkingTakesTheMeanOfEachArea) {
  const struct {
    int height, width, to_height, to_width, a, b;
  } cases[] = {{12, 12, 4, 4, 12, 4}, {11, 17, 4, 4, 11, 4}, {17, 11, 5, 3, 17, 5}, {7, 30, 6, 2, 7, 6},
               {9, 9, 8, 8, 9, 8},    {13, 8, 3, 7, 8, 7},   {5, 5, 1, 1, 5, 1}};
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.height << "x" << c.width << " to " << c.to_height << "x"
                                    << c.to_width);
    const DecodedImage image = patterned(c.height, c.width, 1);
    EXPECT_EQ(fitted(image, {1, c.to_height, c.to_width}),
              by_repetition(image, c.to_height, c.to_width, c.a, c.b));
  }
}

TEST(FitImage, EnlargingGoesInStraightLinesBetweenCentres) {
  const DecodedImage two{.width = 2, .height = 1, .channels = 1, .pixels = {0, 100}};
  EXPECT_EQ(fitted(two, {1, 2, 4}), (Bytes{0, 25, 75, 100, 0, 25, 75, 100}));
  const DecodedImage square{.width = 2, .height = 2, .channels = 1, .pixels = {0, 0, 0, 160}};
  EXPECT_EQ(fitted(square, {1, 4, 4}), (Bytes{0, 0, 0, 0, 0, 10, 30, 40, 0, 30, 90, 120, 0, 40, 120, 160}));
  const DecodedImage one{.width = 1, .height = 1, .channels = 1, .pixels = {77}};
  EXPECT_EQ(fitted(one, {1, 3, 5}), Bytes(15, 77));
}

TEST(FitImage, AFlatImageStaysFlat) {
  for (const auto& [height, width] : {std::array{7, 5}, std::array{300, 211}, std::array{31, 640}}) {
    const DecodedImage flat{
        .width = width,
        .height = height,
        .channels = 1,
        .pixels = Bytes(static_cast<std::size_t>(height) * static_cast<std::size_t>(width), 255)};
    EXPECT_EQ(fitted(flat, {1, 28, 28}), Bytes(784, 255));
  }
}

}  // namespace
}  // namespace mayfly
