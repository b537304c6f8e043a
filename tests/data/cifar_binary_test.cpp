// CIFAR's binary records, whole, cut at every byte, and with labels out of range.
#include "data/cifar_binary.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/data/byte_files.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Cifar : public testing::Test {
 protected:
  std::string error(CifarKind kind) const {
    return data_error([&] { read_cifar(kind, {file_}); });
  }

  ScratchFolder folder_;
  std::filesystem::path file_ = folder_.path() / "records.bin";
};

TEST_F(Cifar, TheFineLabelIsTheLabel) {
  write_bytes(file_, cifar_records(true, {99, 0, 57}));
  const ImageSet set = read_cifar(CifarKind::cifar100, {file_});
  EXPECT_EQ(set.image, (ImageShape{3, 32, 32}));
  EXPECT_EQ(set.labels, (Bytes{99, 0, 57}));
  ASSERT_EQ(set.pixels.size(), 3U * 3072);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3072; ++j)
      ASSERT_EQ(set.pixels[i * 3072 + j], pattern(i + j)) << i << " " << j;
}

TEST_F(Cifar, SeveralFilesFollowEachOther) {
  const std::filesystem::path second = folder_.path() / "second.bin";
  write_bytes(file_, cifar_records(false, {1, 2}));
  write_bytes(second, cifar_records(false, {9}));
  const ImageSet set = read_cifar(CifarKind::cifar10, {file_, second});
  EXPECT_EQ(set.labels, (Bytes{1, 2, 9}));
  EXPECT_EQ(set.pixels.size(), 3U * 3072);
  EXPECT_EQ(set.pixels[2 * 3072 + 5], pattern(5));
}

TEST_F(Cifar, CutAnywhere) {
  const Bytes whole = cifar_records(true, {4, 5});
  write_bytes(file_, whole);
  for (std::size_t length = whole.size(); length-- > 0;) {
    std::filesystem::resize_file(file_, length);
    if (length == 3074) continue;  // one whole record
    ASSERT_THAT(error(CifarKind::cifar100),
                AllOf(HasSubstr(fmt::format("{}: at byte {}:", file_.string(), length / 3074 * 3074)),
                      HasSubstr("records of 3074 bytes"), HasSubstr(fmt::format("found {} bytes", length))));
  }
}

TEST_F(Cifar, BytesAfterTheLastRecord) {
  Bytes longer = cifar_records(false, {4, 5});
  longer.push_back(1);
  write_bytes(file_, longer);
  EXPECT_THAT(error(CifarKind::cifar10),
              AllOf(HasSubstr(": at byte 6146:"), HasSubstr("records of 3073 bytes"),
                    HasSubstr("2 records and 1 bytes")));
}

TEST_F(Cifar, LabelsOutOfRange) {
  write_bytes(file_, cifar_records(true, {4, 100}));
  EXPECT_THAT(error(CifarKind::cifar100),
              AllOf(HasSubstr(file_.string() + ": at byte 3075:"), HasSubstr("expected 0 to 99, found 100")));
  Bytes coarse = cifar_records(true, {4, 5});
  coarse[3074] = 20;
  write_bytes(file_, coarse);
  EXPECT_THAT(error(CifarKind::cifar100), AllOf(HasSubstr(file_.string() + ": at byte 3074:"),
                                                HasSubstr("coarse label: expected 0 to 19, found 20")));
  write_bytes(file_, cifar_records(false, {4, 10}));
  EXPECT_THAT(error(CifarKind::cifar10),
              AllOf(HasSubstr(file_.string() + ": at byte 3073:"), HasSubstr("expected 0 to 9, found 10")));
}

TEST_F(Cifar, TheOtherKindIsFound) {  // 3073 and 3074 have no common factor
  write_bytes(file_, cifar_records(false, {1, 2, 3}));
  EXPECT_THAT(error(CifarKind::cifar100), HasSubstr("records of 3074 bytes"));
}

TEST_F(Cifar, NoFile) {
  EXPECT_THAT(error(CifarKind::cifar10), AllOf(HasSubstr(file_.string()), HasSubstr("No such file")));
}

TEST_F(Cifar, ClassNames) {
  EXPECT_TRUE(read_class_names(file_).empty());
  std::ofstream(file_) << "apple\naquarium_fish\r\n\nbaby\n";
  EXPECT_EQ(read_class_names(file_), (std::vector<std::string>{"apple", "aquarium_fish", "baby"}));
}

}  // namespace
}  // namespace mayfly
