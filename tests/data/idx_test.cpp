// IDX files, whole, cut at every byte, and wrong in every way that a header allows.
#include "data/idx.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/data/byte_files.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Idx : public testing::Test {
 protected:
  void write(const Bytes& images, const Bytes& labels) {
    write_bytes(images_, images);
    write_bytes(labels_, labels);
  }
  ImageSet read() const { return read_idx(images_, labels_, 10); }
  std::string error() const {
    return data_error([this] { read(); });
  }

  /// Whatever byte `whole` is cut at, the error names the file and a place; without gzip exactly that place.
  void expect_every_cut_found(const std::filesystem::path& path, const Bytes& whole, bool plain) {
    for (std::size_t length = 0; length < whole.size(); ++length) {
      write_bytes(path, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
      const std::string place = plain ? fmt::format(": at byte {}: ", length) : ": at byte ";
      ASSERT_THAT(error(), AllOf(HasSubstr(path.string() + place), HasSubstr("expected"), HasSubstr("found")))
          << "cut at " << length;
    }
    write_bytes(path, whole);
    EXPECT_EQ(read().count(), 3U);
  }

  ScratchFolder folder_;
  std::filesystem::path images_ = folder_.path() / "images";
  std::filesystem::path labels_ = folder_.path() / "labels";
  Bytes three_images_ = idx_images(3, 4, 5);
  Bytes three_labels_ = idx_labels({9, 0, 4});
};

TEST_F(Idx, PlainAndGzipHoldTheSame) {
  write(three_images_, three_labels_);
  const ImageSet plain = read();
  EXPECT_EQ(plain.image, (ImageShape{1, 4, 5}));
  EXPECT_EQ(plain.labels, (Bytes{9, 0, 4}));
  EXPECT_EQ(plain.pixels, Bytes(three_images_.begin() + 16, three_images_.end()));
  write(gzip(three_images_), gzip(three_labels_));
  const ImageSet inflated = read();
  EXPECT_EQ(inflated.image, plain.image);
  EXPECT_EQ(inflated.labels, plain.labels);
  EXPECT_EQ(inflated.pixels, plain.pixels);
}

TEST_F(Idx, BlocksLargerThanABufferArriveWhole) {
  const Bytes images = idx_images(700, 28, 28);
  write(gzip(images), idx_labels(Bytes(700, 1)));
  EXPECT_EQ(read().pixels, Bytes(images.begin() + 16, images.end()));
  write(images, gzip(idx_labels(Bytes(700, 1))));
  EXPECT_EQ(read().pixels, Bytes(images.begin() + 16, images.end()));
}

TEST_F(Idx, SeveralGzipStreamsAreOneFile) {
  Bytes first = gzip(Bytes(three_images_.begin(), three_images_.begin() + 9));
  const Bytes second = gzip(Bytes(three_images_.begin() + 9, three_images_.end()));
  first.insert(first.end(), second.begin(), second.end());
  write(first, three_labels_);
  EXPECT_EQ(read().pixels, Bytes(three_images_.begin() + 16, three_images_.end()));
}

TEST_F(Idx, CutAnywhere) {
  write(three_images_, three_labels_);
  expect_every_cut_found(images_, three_images_, true);
  expect_every_cut_found(labels_, three_labels_, true);
}

TEST_F(Idx, GzipCutAnywhere) {
  write(gzip(three_images_), gzip(three_labels_));
  expect_every_cut_found(images_, gzip(three_images_), false);
  expect_every_cut_found(labels_, gzip(three_labels_), false);
}

TEST_F(Idx, BytesAfterTheEnd) {
  for (const bool packed : {false, true}) {
    Bytes longer = three_images_;
    longer.push_back(0);
    write(packed ? gzip(longer) : longer, three_labels_);
    EXPECT_THAT(error(), AllOf(HasSubstr(images_.string() + ": at byte 76"), HasSubstr("end of the file"),
                               HasSubstr("found more bytes")));
    longer = three_labels_;
    longer.push_back(0);
    write(three_images_, packed ? gzip(longer) : longer);
    EXPECT_THAT(error(), HasSubstr(labels_.string() + ": at byte 11"));
  }
}

TEST_F(Idx, BytesAfterTheGzipStream) {
  for (const Bytes& stray : {Bytes{0}, Bytes{'x', 'y'}, Bytes(5000, 0), Bytes{0x1f, 0x8b}}) {
    Bytes longer = gzip(three_images_);
    longer.insert(longer.end(), stray.begin(), stray.end());
    write(longer, three_labels_);
    EXPECT_THAT(error(),
                AllOf(HasSubstr(images_.string() + ": at byte 76"), HasSubstr("intact gzip stream")));
  }
}

TEST_F(Idx, ADamagedGzipStreamNeverPassesAsOtherPixels) {
  const Bytes whole = gzip(three_images_);
  int found = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes damaged = whole;
    damaged[i] ^= 0x10;
    write(damaged, three_labels_);
    try {
      EXPECT_EQ(read().pixels, Bytes(three_images_.begin() + 16, three_images_.end())) << i;
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), HasSubstr(images_.string() + ": at byte ")) << i;
      ++found;
    }
  }
  EXPECT_GE(found, static_cast<int>(whole.size()) - 8);  // time, flags and system in the header mean nothing
}

TEST_F(Idx, WrongMagicNumber) {
  write(three_labels_, three_images_);
  EXPECT_THAT(error(), AllOf(HasSubstr(labels_.string() + ": at byte 0:"), HasSubstr("expected"),
                             HasSubstr("0x00000801"), HasSubstr("found 0x00000803")));
  write(three_labels_, three_labels_);
  EXPECT_THAT(error(), AllOf(HasSubstr(images_.string() + ": at byte 0:"), HasSubstr("0x00000803"),
                             HasSubstr("found 0x00000801")));
}

TEST_F(Idx, CountsThatDiffer) {
  write(idx_images(4, 4, 5), three_labels_);
  EXPECT_THAT(error(), AllOf(HasSubstr(images_.string() + ": at byte 4:"), HasSubstr("expected 3 images"),
                             HasSubstr(labels_.string()), HasSubstr("found 4")));
}

TEST_F(Idx, LabelOutOfRange) {
  write(three_images_, idx_labels({9, 10, 4}));
  EXPECT_THAT(error(), AllOf(HasSubstr(labels_.string() + ": at byte 9:"), HasSubstr("image 1"),
                             HasSubstr("expected 0 to 9"), HasSubstr("found 10")));
}

TEST_F(Idx, SizesInTheHeaderAreNotBelieved) {
  Bytes huge = three_labels_;
  std::fill(huge.begin() + 4, huge.begin() + 8, 0xff);
  write(three_images_, huge);
  EXPECT_THAT(error(), AllOf(HasSubstr(labels_.string() + ": at byte 11:"),
                             HasSubstr("expected 4294967295 bytes"), HasSubstr("found 3")));
  for (const std::size_t side : {8U, 12U}) {
    huge = three_images_;
    std::fill_n(huge.begin() + static_cast<std::ptrdiff_t>(side), 4, std::uint8_t{0xff});
    write(huge, three_labels_);
    EXPECT_THAT(error(), AllOf(HasSubstr(fmt::format("{}: at byte {}:", images_.string(), side)),
                               HasSubstr("expected 1 to 4096"), HasSubstr("found 4294967295")));
  }
  write(idx_images(3, 0, 5), three_labels_);
  EXPECT_THAT(error(), AllOf(HasSubstr(": at byte 8:"), HasSubstr("rows, found 0")));
}

TEST_F(Idx, NoFileAndAFolder) {
  write_bytes(labels_, three_labels_);
  EXPECT_THAT(error(), AllOf(HasSubstr(images_.string()), HasSubstr("No such file")));
  std::filesystem::create_directory(images_);
  EXPECT_THAT(error(), AllOf(HasSubstr(images_.string()), HasSubstr("found a folder")));
}

}  // namespace
}  // namespace mayfly
