// A folder of images as a data set.
#include "data/image_folder.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "data/any_dataset.h"
#include "picture_files.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class ImageFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    for (std::uint8_t i = 0; i < 40; ++i) {
      const std::string name = (i % 2 == 0 ? "even/" : "odd/") + std::to_string(100 + i) + ".png";
      write_gray(root / "train" / name, i);
      if (i < 6) write_gray(root / "test" / name, static_cast<std::uint8_t>(200 + i));
    }
  }

  Dataset load(const ImageOptions& options = {}, int threads = 0) const {
    return load_image_folder(root, list_images(root), options, threads);
  }
  std::string error(const ImageOptions& options = {}, int threads = 0) const {
    return data_error([&] { load(options, threads); });
  }
  void damage(const std::string& name) const {
    Bytes bytes = read_bytes(root / name);
    bytes.resize(bytes.size() / 2);
    write_bytes(root / name, bytes);
  }

  ScratchFolder scratch;
  const fs::path root = scratch.path() / "some pictures";
};

TEST_F(ImageFolderTest, IsLoadedInItsOrder) {
  const Dataset dataset = load({.image_mode = "gray"});
  EXPECT_EQ(dataset.name, "some_pictures");
  EXPECT_EQ(dataset.classes, 2);
  EXPECT_THAT(dataset.class_names, ElementsAre("even", "odd"));
  EXPECT_EQ(dataset.train.image, (ImageShape{1, 4, 4}));
  ASSERT_EQ(dataset.train.count(), 40U);
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(dataset.train.labels[i], i < 20 ? 0 : 1);
    for (std::size_t p = 0; p < 16; ++p)
      ASSERT_EQ(dataset.train.pixels[i * 16 + p], i < 20 ? 2 * i : 2 * (i - 20) + 1);
  }
  EXPECT_THAT(dataset.validation.labels, ElementsAre(0, 0, 0, 1, 1, 1));
  ASSERT_TRUE(dataset.images);
  EXPECT_THAT(dataset.images->options.image_size, ElementsAre(4, 4));
  EXPECT_EQ(load().train.pixels.size(), 40U * 48);
}

TEST_F(ImageFolderTest, ThreadsChangeNothing) {
  damage("train/even/110.png");
  damage("train/odd/131.png");
  const ImageOptions skip{.on_bad_image = "skip"};
  const Dataset one = load(skip, 1);
  EXPECT_EQ(one.train.count(), 38U);
  EXPECT_THAT(one.images->left_out, ElementsAre(HasSubstr("even/110.png"), HasSubstr("odd/131.png")));
  for (const int threads : {2, 5, 16}) {
    const Dataset many = load(skip, threads);
    EXPECT_EQ(many.train.pixels, one.train.pixels);
    EXPECT_EQ(many.train.labels, one.train.labels);
    EXPECT_EQ(many.images->hash, one.images->hash);
    EXPECT_EQ(many.images->left_out, one.images->left_out);
    EXPECT_THAT(error({}, threads), AllOf(HasSubstr("even/110.png"), HasSubstr("the image is cut"),
                                          HasSubstr("on_bad_image = \"skip\"")));
  }
  EXPECT_NE(one.train.pixels[5 * 48], 10);  // the sixth moved up
  EXPECT_EQ(one.train.pixels[5 * 48], 12);
}

TEST_F(ImageFolderTest, NothingLeftIsAnError) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / "test"))
    if (entry.is_regular_file()) write_bytes(entry.path(), {});
  EXPECT_THAT(error({.on_bad_image = "skip"}),
              AllOf(HasSubstr("no image is left in test"), HasSubstr("empty file")));
}

TEST_F(ImageFolderTest, OtherSizesAreRefusedOrFitted) {
  write_gray(root / "train/odd/105.png", 5, 9, 6);
  EXPECT_THAT(error({.on_bad_image = "skip"}),
              AllOf(HasSubstr("odd/105.png"), HasSubstr("expected an image of 4x4"), HasSubstr("found 9x6"),
                    HasSubstr("center_crop")));
  const Dataset fitted = load({.image_size = {3, 5}, .image_mode = "gray", .resize = "center_crop"});
  EXPECT_EQ(fitted.train.image, (ImageShape{1, 3, 5}));
  EXPECT_EQ(fitted.train.pixels[22 * 15], 5);
  EXPECT_THAT(error({.image_size = {5}}), HasSubstr("expected an image of 5x5"));
}

TEST_F(ImageFolderTest, ASideOfMoreThan256IsRefused) {
  write_gray(root / "train/even/000.png", 1, 8, 300);
  EXPECT_THAT(error(), AllOf(HasSubstr("even/000.png"), HasSubstr("at most 256 pixels a side"),
                             HasSubstr("found 8x300")));
  EXPECT_THROW(load({.image_size = {257}}), UsageError);
  EXPECT_THROW(load({.image_size = {1, 2, 3}}), UsageError);
  EXPECT_THROW(load({.image_mode = "grey"}), UsageError);
  EXPECT_THROW(load({.resize = "stretch"}), UsageError);
  EXPECT_THROW(load({.on_bad_image = "ignore"}), UsageError);
}

TEST_F(ImageFolderTest, IsFoundByPathOrBelowARoot) {
  const DatasetRequest by_name{.entry = "some pictures", .roots = {scratch.path()}, .max_train_images = 10};
  EXPECT_EQ(find_any_dataset(by_name), root);
  const DatasetInfo info = any_dataset_info(by_name);
  EXPECT_EQ(info.name, "some_pictures");
  EXPECT_EQ(info.train_images, 10U);
  EXPECT_EQ(info.validation_images, 6U);
  const Dataset part = load_any_dataset(by_name);
  EXPECT_EQ(part.train.count(), 10U);
  EXPECT_THAT(part.train.labels, ElementsAre(0, 0, 0, 0, 0, 1, 1, 1, 1, 1));
  EXPECT_FALSE(part.official_counts);
  EXPECT_TRUE(load_any_dataset({.entry = root / ""}).official_counts);
  EXPECT_THAT(data_error([&] { find_any_dataset({.entry = "/no/such", .roots = {}}); }),
              HasSubstr("train.csv"));
  EXPECT_THROW(find_any_dataset({.entry = "FashionMNST"}), UsageError);
}

TEST_F(ImageFolderTest, MayNotTakeTheNameOfAKnownDataSet) {
  fs::rename(root, scratch.path() / "CIFAR10");
  EXPECT_THROW(find_any_dataset({.entry = scratch.path() / "CIFAR10"}), UsageError);
  EXPECT_EQ(image_folder_name("/x/.a b\xc3\xa4/"), "_a_b__");
  EXPECT_EQ(image_folder_name("/"), "images");
}

}  // namespace
}  // namespace mayfly
