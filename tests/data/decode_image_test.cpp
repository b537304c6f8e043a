// Files of images, whole and damaged.
#include "data/decode_image.h"

#include <gmock/gmock.h>
#include <zlib.h>

#include <cstdlib>

#include "picture_files.h"
#include "plot/png.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

Bytes rgb_of(const DecodedImage& image) {
  Bytes rgb;
  const auto step = static_cast<std::size_t>(image.channels);
  for (std::size_t i = 0; i < image.pixels.size(); i += step)
    for (std::size_t c = 0; c < 3; ++c) rgb.push_back(image.pixels[i + (step < 3 ? 0 : c)]);
  return rgb;
}

int largest_difference(const Bytes& a, const Bytes& b) {
  int largest = a.size() == b.size() ? 0 : 256;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    largest = std::max(largest, std::abs(int{a[i]} - int{b[i]}));
  return largest;
}

/// The pixels that Pillow reads from the same file.
Bytes expected(const std::string& name) {
  return read_bytes(picture(name + ".rgb"));
}

std::uint32_t sum_of(const Bytes& bytes) {
  return static_cast<std::uint32_t>(crc32(0, bytes.data(), static_cast<unsigned>(bytes.size())));
}

TEST(DecodeImage, ReadsPngAndBmpAsPillowDoes) {
  for (const char* name : {"rgb.png", "gray.png", "rgba.png", "palette.png", "two_colours.png", "gray16.png",
                           "interlaced.png", "rgb.bmp", "palette.bmp"}) {
    SCOPED_TRACE(name);
    const DecodedImage image = decode_image(picture(name));
    EXPECT_EQ(image.height, 11);
    EXPECT_EQ(image.width, 17);
    EXPECT_EQ(rgb_of(image), expected(name));
  }
}

TEST(DecodeImage, KnowsTheChannelsOfAFile) {
  EXPECT_EQ(decode_image(picture("gray.png")).channels, 1);
  EXPECT_EQ(decode_image(picture("rgb.png")).channels, 3);
  EXPECT_EQ(decode_image(picture("rgba.png")).channels, 4);
  EXPECT_EQ(image_header(picture("rgba.png")).channels, 4);
  EXPECT_THAT(image_header(picture("rgba.png")).pixels, testing::IsEmpty());
}

// Decoders of JPEG may round otherwise, and Pillow's does; ours must give these bits on every machine.
TEST(DecodeImage, ReadsJpegWithTheSameBitsEverywhere) {
  const struct {
    const char* name;
    int tolerance;
    std::uint32_t sum;
  } files[] = {{"baseline.jpg", 2, 3987385770},
               {"progressive.jpeg", 6, 2177165122},
               {"gray.jpg", 2, 3927756911},
               {"restarts.jpg", 6, 3600795868}};
  for (const auto& file : files) {
    SCOPED_TRACE(file.name);
    const Bytes pixels = rgb_of(decode_image(picture(file.name)));
    EXPECT_LE(largest_difference(pixels, expected(file.name)), file.tolerance);
    EXPECT_EQ(sum_of(pixels), file.sum);
  }
}

class DamagedImage : public testing::Test {
 protected:
  std::string error_of(const Bytes& bytes) {
    write_bytes(file, bytes);
    return data_error([&] { decode_image(file); });
  }

  ScratchFolder scratch;
  const fs::path file = scratch.path() / "image.png";
};

TEST_F(DamagedImage, IsFoundWhereverItIsCut) {
  for (const char* name : {"rgb.png", "palette.png", "interlaced.png", "baseline.jpg", "progressive.jpeg",
                           "restarts.jpg", "rgb.bmp", "palette.bmp"}) {
    const Bytes whole = read_bytes(picture(name));
    for (std::size_t length = 0; length < whole.size(); ++length) {
      SCOPED_TRACE(std::string(name) + " of " + std::to_string(length) + " bytes");
      ASSERT_THAT(error_of({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)}),
                  HasSubstr(file.string()));
    }
  }
}

TEST_F(DamagedImage, IsFoundInAPngByEveryChangedByte) {
  const Bytes whole = read_bytes(picture("gray.png"));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes changed = whole;
    changed[i] ^= 0x10;
    SCOPED_TRACE(i);
    ASSERT_THAT(error_of(changed), HasSubstr(file.string()));
  }
}

TEST_F(DamagedImage, IsNamedWithWhatIsWrong) {
  const std::string text = "This is no image.\n";
  EXPECT_THAT(error_of({}), HasSubstr("expected an image, found an empty file"));
  EXPECT_THAT(error_of({text.begin(), text.end()}), HasSubstr("expected a PNG, JPEG or BMP image"));
  EXPECT_THAT(error_of({'G', 'I', 'F', '8', '9', 'a'}), HasSubstr("convert it to PNG"));
  EXPECT_THAT(data_error([&] { decode_image(scratch.path() / "none.png"); }), HasSubstr("No such file"));
  EXPECT_THAT(data_error([&] { decode_image(scratch.path()); }), HasSubstr("found no regular file"));
}

void append_chunk(Bytes& png, const std::string& kind, const Bytes& data) {
  const auto append = [&](std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) png.push_back(static_cast<std::uint8_t>(value >> shift));
  };
  append(static_cast<std::uint32_t>(data.size()));
  const std::size_t begin = png.size();
  png.insert(png.end(), kind.begin(), kind.end());
  png.insert(png.end(), data.begin(), data.end());
  append(static_cast<std::uint32_t>(crc32(0, png.data() + begin, static_cast<unsigned>(png.size() - begin))));
}

/// A gray PNG whose header says height x width, with these bytes behind it, deflated.
Bytes png_saying(std::uint16_t height, std::uint16_t width, const Bytes& rows) {
  const auto high = [](std::uint16_t v) { return static_cast<std::uint8_t>(v >> 8); };
  const auto low = [](std::uint16_t v) { return static_cast<std::uint8_t>(v & 0xff); };
  uLongf size = compressBound(rows.size());
  Bytes packed(size);
  compress2(packed.data(), &size, rows.data(), rows.size(), 9);
  packed.resize(size);
  Bytes png{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  append_chunk(png, "IHDR", {0, 0, high(width), low(width), 0, 0, high(height), low(height), 8, 0, 0, 0, 0});
  append_chunk(png, "IDAT", packed);
  append_chunk(png, "IEND", {});
  return png;
}

TEST_F(DamagedImage, TakesNoMemoryForWhatAHeaderPromises) {
  EXPECT_THAT(error_of(png_saying(30000, 30000, Bytes(100))),
              HasSubstr("at most 67108864 pixels, found 30000x30000"));
  EXPECT_THAT(error_of(png_saying(8192, 8192, Bytes(100))), HasSubstr("expected an intact image"));
}

TEST_F(DamagedImage, TakesNoMemoryForWhatInflates) {
  const Bytes small = png_saying(1, 1, Bytes(std::size_t{1} << 26));  // 64 MiB of zeros in 64 KiB
  EXPECT_LT(small.size(), 100000U);
  EXPECT_THAT(error_of(small), HasSubstr("outofmem"));
}

TEST_F(DamagedImage, GivesTheSamePixelsForColoursThatThePaletteLacks) {
  Bytes bmp = read_bytes(picture("palette.bmp"));
  bmp.back() = bmp[bmp.size() - 4] = 255;  // no such colour
  bmp[bmp.size() - 20] = 255;
  write_bytes(file, bmp);
  const Bytes once = decode_image(file).pixels;
  EXPECT_EQ(decode_image(file).pixels, once);
  EXPECT_EQ(std::count(once.begin(), once.end(), 0) > 0, true);
}

}  // namespace
}  // namespace mayfly
