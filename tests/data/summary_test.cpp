// Sums and figures of data sets against values worked out by hand.
#include "data/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "data/locate.h"
#include "data/official.h"
#include "data/sha256.h"
#include "tests/data/byte_files.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kSumOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256Test, TheStandardsExamples) {
  EXPECT_EQ(sha256_of(Bytes{}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of(Bytes{'a', 'b', 'c'}), kSumOfAbc);
  Sha256 sum;
  sum.add(Bytes{'a'});
  sum.add(Bytes{'b', 'c'});
  EXPECT_EQ(sum.hex(), kSumOfAbc);
}

TEST(Summary, OfAFile) {
  const ScratchFolder folder;
  write_bytes(folder.path() / "abc", {'a', 'b', 'c'});
  const FileSummary file = summarize_file(folder.path() / "abc");
  EXPECT_EQ(file.bytes, 3U);
  EXPECT_EQ(file.sha256, kSumOfAbc);
  EXPECT_THAT(data_error([&] { summarize_file(folder.path() / "none"); }), HasSubstr("No such file"));
  EXPECT_THAT(data_error([&] { sha256_of_file(folder.path()); }), HasSubstr("cannot be read"));
}

TEST(Summary, OfImages) {
  const ImageSet set{.image = {2, 1, 2}, .pixels = {0, 255, 51, 51, 255, 0, 51, 51}, .labels = {2, 0}};
  const ImageSummary summary = summarize(set, 4);
  EXPECT_EQ(summary.images, 2U);
  EXPECT_THAT(summary.per_class, ElementsAre(1, 0, 1, 0));
  EXPECT_THAT(summary.mean, ElementsAre(0.5, 0.2));
  EXPECT_THAT(summary.deviation, ElementsAre(0.5, 0.0));
  EXPECT_EQ(summary.pixels_sha256, sha256_of(set.pixels));
  EXPECT_EQ(summary.labels_sha256, sha256_of(Bytes{2, 0}));
}

TEST(Official, FiguresOfEveryKnownDataSetAddUp) {
  for (const DatasetInfo& info : known_datasets()) {
    const OfficialFigures* official = official_figures(info.name);
    ASSERT_NE(official, nullptr) << info.name;
    const auto sum = [](const std::vector<std::uint64_t>& counts) {
      std::uint64_t total = 0;
      for (const std::uint64_t count : counts) total += count;
      return total;
    };
    EXPECT_EQ(sum(official->train_per_class), info.train_images) << info.name;
    EXPECT_EQ(sum(official->validation_per_class), info.validation_images) << info.name;
    EXPECT_EQ(official->train_per_class.size(), static_cast<std::size_t>(info.classes)) << info.name;
    EXPECT_EQ(official->mean.size(), static_cast<std::size_t>(info.image.channels)) << info.name;
    EXPECT_EQ(official->deviation.size(), official->mean.size()) << info.name;
    for (const OfficialFile& file : official->files) EXPECT_EQ(file.sha256.size(), 64U) << file.name;
  }
  EXPECT_EQ(official_figures("ImageNet"), nullptr);
}

}  // namespace
}  // namespace mayfly
