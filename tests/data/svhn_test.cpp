// SVHN's MATLAB files: what SciPy and Octave wrote, every form that the format allows, cut and damaged
// anywhere.
#include "data/svhn.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <set>

#include "core/error.h"
#include "data/sha256.h"
#include "tests/data/mat_files.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

const fs::path kFixtures = fs::path(MAYFLY_SOURCE_DIR) / "tests/data/fixtures/svhn";

Bytes file_bytes(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Svhn : public testing::Test {
 protected:
  ImageSet read(const Bytes& bytes) const {
    write_bytes(file_, bytes);
    return read_svhn(file_);
  }
  std::string error(const Bytes& bytes) const {
    return data_error([&] { read(bytes); });
  }

  static Bytes x(const MatWriter& writer, std::uint32_t count = 2) {
    return writer.array("X", mat::kClassUint8, {32, 32, 3, count}, mat::kUint8, svhn_columns(0, count));
  }
  static Bytes y(const MatWriter& writer, const std::vector<double>& labels = {10, 3},
                 int type = mat::kUint8) {
    return writer.array("y", mat::kClassUint8, {static_cast<std::uint32_t>(labels.size()), 1}, type,
                        writer.numbers(type, labels));
  }
  static Bytes whole(const MatWriter& writer) { return joined({writer.header(), x(writer), y(writer)}); }
  static Bytes whole_compressed(const MatWriter& writer) {
    return joined({writer.header(), writer.compressed(x(writer)), writer.compressed(y(writer))});
  }
  static void expect_two_images(const ImageSet& set) {
    EXPECT_EQ(set.image, (ImageShape{3, 32, 32}));
    EXPECT_EQ(set.labels, (Bytes{0, 3}));
    EXPECT_EQ(set.pixels, svhn_rows(0, 2));
  }
  /// Whatever byte `bytes` is cut at, the error names the file and a place; uncompressed exactly that place.
  /// At `ends` of variables all may be there. (A file is cut shorter and shorter: that is fast.)
  void expect_every_cut_found(const Bytes& bytes, bool plain, const std::set<std::size_t>& ends = {}) const {
    write_bytes(file_, bytes);
    for (std::size_t length = bytes.size(); length-- > 0;) {
      fs::resize_file(file_, length);
      if (ends.contains(length)) continue;
      const std::string place = plain ? fmt::format(": at byte {}: ", length) : ": at byte ";
      ASSERT_THAT(data_error([&] { read_svhn(file_); }),
                  AllOf(HasSubstr(file_.string() + place), HasSubstr("expected"), HasSubstr("found")))
          << "cut at " << length;
    }
  }
  /// Reads `bytes` with bits of byte i turned.
  ImageSet read_damaged(const Bytes& bytes, std::size_t i, std::uint8_t bits) const {
    std::fstream file(file_, std::ios::in | std::ios::out | std::ios::binary);
    const auto put = [&](std::uint8_t byte) {
      file.seekp(static_cast<std::streamoff>(i)).put(static_cast<char>(byte)).flush();
    };
    put(bytes[i] ^ bits);
    try {
      const ImageSet set = read_svhn(file_);
      put(bytes[i]);
      return set;
    } catch (const DataError&) {
      put(bytes[i]);
      throw;
    }
  }

  ScratchFolder folder_;
  fs::path file_ = folder_.path() / "train_32x32.mat";
  MatWriter little_, big_{.big_endian = true};
};

TEST_F(Svhn, WhatOtherProgramsWrote) {
  std::ifstream expected(kFixtures / "expected.txt");
  int seen = 0;
  for (std::string name, pixels, labels; expected >> name >> pixels >> labels; ++seen) {
    const ImageSet set = read_svhn(kFixtures / name);
    EXPECT_EQ(sha256_of(set.pixels), pixels) << name;
    EXPECT_EQ(sha256_of(set.labels), labels) << name;
  }
  EXPECT_EQ(seen, 10);
}

TEST_F(Svhn, PlainAndCompressedInEitherByteOrder) {
  for (const MatWriter& writer : {little_, big_}) {
    expect_two_images(read(whole(writer)));
    expect_two_images(read(whole_compressed(writer)));
    expect_two_images(read(joined({writer.header(), y(writer), writer.compressed(x(writer))})));
    expect_two_images(read(gzip(whole_compressed(writer))));
  }
}

TEST_F(Svhn, LabelsOfEveryType) {
  for (const MatWriter& writer : {little_, big_})
    for (const int type : {mat::kInt8, mat::kUint8, mat::kInt16, mat::kUint16, mat::kInt32, mat::kUint32,
                           mat::kSingle, mat::kDouble, mat::kInt64, mat::kUint64})
      EXPECT_EQ(read(joined({writer.header(), x(writer), y(writer, {10, 7}, type)})).labels, (Bytes{0, 7}))
          << type;
}

TEST_F(Svhn, ARowOfLabelsAndASingleImage) {
  const Bytes row = little_.array("y", mat::kClassDouble, {1, 2}, mat::kUint8, {10, 3});
  expect_two_images(read(joined({little_.header(), x(little_), row})));
  const Bytes flat = little_.array("X", mat::kClassUint8, {32, 32, 3}, mat::kUint8, svhn_columns(0, 1));
  EXPECT_EQ(read(joined({little_.header(), flat, y(little_, {4})})).pixels, svhn_rows(0, 1));
}

TEST_F(Svhn, OtherVariablesArePassedOver) {
  for (const MatWriter& writer : {little_, big_}) {
    const Bytes text = writer.array("note", mat::kClassChar, {1, 5}, mat::kUint16, Bytes(10));
    const Bytes doubles = writer.array("weights", mat::kClassDouble, {3, 7}, mat::kDouble, Bytes(168));
    const Bytes empty = writer.array("empty", mat::kClassDouble, {0, 0}, mat::kDouble, {});
    const Bytes none = writer.element(mat::kArray, {});
    const Bytes strange = writer.element(
        mat::kArray, writer.element(mat::kUint32, joined({writer.number(17, 4), writer.number(0, 4)})));
    expect_two_images(
        read(joined({writer.header(), text, writer.compressed(doubles), x(writer), none, doubles, empty,
                     writer.compressed(text), strange, writer.compressed(y(writer)), text})));
  }
}

TEST_F(Svhn, CutAnywhere) {
  for (const MatWriter& writer : {little_, big_}) {
    expect_every_cut_found(joined({writer.header(), x(writer, 1), y(writer, {4, 4})}), true);
    expect_every_cut_found(joined({writer.header(), y(writer, {4}), writer.compressed(x(writer, 1))}), false);
  }
}

TEST_F(Svhn, OctaveAndSciPyCutAnywhere) {
  for (const std::string writer : {"octave-v7", "scipy-compressed"}) {
    const Bytes bytes = file_bytes(kFixtures / writer / "test_32x32.mat");
    std::set<std::size_t> ends;  // compressed variables only: tag and bytes
    for (std::size_t at = 128; at < bytes.size(); ends.insert(at))
      at += 8 + (bytes[at + 4] | bytes[at + 5] << 8 | bytes[at + 6] << 16);
    expect_every_cut_found(bytes, false, ends);
  }
}

TEST_F(Svhn, ADamagedZlibStreamNeverPassesAsOtherPixels) {
  const Bytes bytes = whole_compressed(little_);
  expect_two_images(read(bytes));
  std::size_t found = 0;
  for (std::size_t i = 128; i < bytes.size(); ++i) {
    try {
      expect_two_images(read_damaged(bytes, i, 0x10));
    } catch (const DataError& error) {
      ASSERT_THAT(error.what(), HasSubstr(file_.string() + ": at byte ")) << i;
      ++found;
    }
  }
  EXPECT_GE(found, bytes.size() - 128 - 8);
}

TEST_F(Svhn, ADamagedPlainFileIsAnErrorOrOtherNumbers) {
  const Bytes bytes = joined({little_.header(), y(little_), x(little_)});
  expect_two_images(read(bytes));
  for (std::size_t i = 124; i < 300; ++i)
    for (int bit = 0; bit < 8; ++bit) try {
        EXPECT_EQ(read_damaged(bytes, i, static_cast<std::uint8_t>(1 << bit)).count(), 2U);
      } catch (const DataError& error) {
        ASSERT_THAT(error.what(), HasSubstr(file_.string() + ": at byte ")) << i;
      }
}

TEST_F(Svhn, OtherFiles) {
  EXPECT_THAT(error(Bytes(200, '<')),
              AllOf(HasSubstr(": at byte 126: expected \"IM\" or \"MI\""), HasSubstr("found 0x3c3c")));
  Bytes newer = whole(little_);
  newer[125] = 2;
  EXPECT_THAT(error(newer), AllOf(HasSubstr(": at byte 124:"), HasSubstr("HDF5"), HasSubstr("-v7")));
  newer[125] = 9;
  EXPECT_THAT(error(newer), AllOf(HasSubstr(": at byte 124:"), HasSubstr("found 0x0900")));
  EXPECT_THAT(data_error([&] { read_svhn(folder_.path() / "none"); }), HasSubstr("No such file"));
}

TEST_F(Svhn, ArraysOfOtherShapesAndTypes) {
  const auto with_x = [&](const Bytes& array) {
    return error(joined({little_.header(), array, y(little_)}));
  };
  const auto uint8s = [&](const std::vector<std::uint32_t>& dims, std::size_t count) {
    return little_.array("X", mat::kClassUint8, dims, mat::kUint8, Bytes(count));
  };
  EXPECT_THAT(with_x(uint8s({2, 3, 32, 32}, 6144)),
              AllOf(HasSubstr(": at byte 152:"), HasSubstr("expected 32x32x3xN uint8"),
                    HasSubstr("found 2x3x32x32 uint8")));
  EXPECT_THAT(with_x(uint8s({32, 32, 3, 0}, 0)), HasSubstr("found 32x32x3x0 uint8"));
  EXPECT_THAT(with_x(uint8s({32, 32, 3, 1, 2}, 6144)), HasSubstr("found 32x32x3x1x2"));
  EXPECT_THAT(with_x(little_.array("X", mat::kClassDouble, {32, 32, 3, 1}, mat::kDouble, Bytes(8 * 3072))),
              HasSubstr("found 32x32x3x1 double"));
  EXPECT_THAT(with_x(uint8s({32, 32, 3, 3}, 6144)),
              AllOf(HasSubstr("expected 9216 values of 1 bytes (32x32x3x3 uint8), found 6144 bytes")));
  EXPECT_THAT(with_x(uint8s({32, 0x80000000, 3, 3}, 6144)),
              HasSubstr("expected 0 to 2147483647, found 2147483648"));
  EXPECT_THAT(with_x(uint8s({0x7fffffff, 0x7fffffff, 0x7fffffff}, 9)), HasSubstr("fewer than 2^64 values"));
  EXPECT_THAT(error(joined({little_.header(), x(little_, 4),
                            little_.array("y", mat::kClassUint8, {2, 2}, mat::kUint8, Bytes(4, 1))})),
              HasSubstr("y: expected Nx1 labels, found 2x2 uint8"));
}

TEST_F(Svhn, LabelsThatAreNone) {
  for (const double label : {0.0, 11.0, 1.5, -1.0, std::nan(""), HUGE_VAL})
    EXPECT_THAT(error(joined({little_.header(), y(little_, {1, label}, mat::kDouble), x(little_)})),
                AllOf(HasSubstr(fmt::format(": at byte {}: label of image 1: ", 128 + 56 + 8)),
                      HasSubstr("expected 1 to 10 (10 is the digit 0), found ")));
}

TEST_F(Svhn, MissingDoubleAndUnevenArrays) {
  EXPECT_THAT(
      error(joined({little_.header(), x(little_)})),
      AllOf(HasSubstr(fmt::format(": at byte {}:", 128 + x(little_).size())), HasSubstr("found no y")));
  EXPECT_THAT(error(joined({little_.header(), little_.array("x", mat::kClassUint8, {1, 1}, mat::kUint8, {1}),
                            y(little_)})),
              AllOf(HasSubstr("found no X"), HasSubstr("other arrays: x")));
  EXPECT_THAT(error(joined({little_.header(), x(little_), x(little_), y(little_)})),
              HasSubstr("expected one array X, found another"));
  EXPECT_THAT(error(joined({little_.header(), x(little_), y(little_, {1, 2, 3})})),
              HasSubstr("expected as many labels as images in X, 2, found 3 in y"));
}

TEST_F(Svhn, SizesInTheHeaderAreNotBelieved) {
  const Bytes huge_array = joined({little_.number(mat::kArray, 4), little_.number(0xfffffff8, 4)});
  Bytes lying = little_.array("X", mat::kClassUint8, {32, 32, 3, 1300000}, mat::kUint8, Bytes(64));
  const Bytes size = little_.number(3072ULL * 1300000, 4);
  std::copy(size.begin(), size.end(), lying.begin() + 8 + 16 + 24 + 8 + 4);
  std::copy(huge_array.begin(), huge_array.end(), lying.begin());
  EXPECT_THAT(error(joined({little_.header(), lying})),
              AllOf(HasSubstr("the file ends inside"), HasSubstr("found 64")));
  EXPECT_THAT(error(joined({little_.header(), little_.compressed(lying)})),
              HasSubstr("the compressed data end inside"));
  EXPECT_THAT(error(joined({little_.header(), huge_array})), HasSubstr("the file ends inside"));
}

TEST_F(Svhn, AnArrayEndsWhereItsTagsSay) {
  Bytes longer = x(little_);
  longer.resize(longer.size() + 16);
  const Bytes size = little_.number(longer.size() - 8, 4);
  std::copy(size.begin(), size.end(), longer.begin() + 4);
  EXPECT_THAT(error(joined({little_.header(), longer, y(little_)})), HasSubstr("found 16 more bytes"));
  Bytes stray = x(little_);
  stray.push_back(0);
  EXPECT_THAT(error(joined({little_.header(), little_.compressed(stray), y(little_)})),
              AllOf(HasSubstr("of what inflates from byte 136"),
                    HasSubstr("expected the end of the compressed data")));
  Bytes after = little_.compressed(x(little_));
  after.push_back(0);
  const Bytes one_more = little_.number(after.size() - 8, 4);
  std::copy(one_more.begin(), one_more.end(), after.begin() + 4);
  EXPECT_THAT(error(joined({little_.header(), after, y(little_)})),
              HasSubstr("found more bytes after its end"));
}

}  // namespace
}  // namespace mayfly
