// Which images a folder holds: class folders and list files.
#include "data/image_list.h"

#include <gmock/gmock.h>

#include <fstream>

#include "picture_files.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class ImageListTest : public testing::Test {
 protected:
  /// An empty file: no image is opened here.
  void touch(const std::string& name) {
    fs::create_directories((root / name).parent_path());
    std::ofstream(root / name).put(' ');
  }
  void write(const std::string& name, const std::string& text) { std::ofstream(root / name) << text; }

  /// "label path" of each image.
  std::vector<std::string> texts(const std::vector<ListedImage>& images) const {
    std::vector<std::string> all;
    for (const ListedImage& image : images)
      all.push_back(std::to_string(image.label) + " " + image.path.lexically_relative(root).generic_string());
    return all;
  }
  std::string error() const {
    return data_error([&] { list_images(root); });
  }

  ScratchFolder scratch;
  const fs::path root = scratch.path() / "pictures";
};

TEST_F(ImageListTest, ClassesAreSortedBytewiseAndImagesLikeImageFolders) {
  for (const char* name :
       {"train/b/2.png", "train/b/10.png", "train/B/x.png", "train/\xc3\xa4pfel und \xe2\x9c\x93/1.png",
        "train/b/a/1.jpeg", "train/b/a b/1.png", "train/b/a/sub/0.png", "test/b/0.BMP"})
    touch(name);
  const ImageList list = list_images(root);
  EXPECT_THAT(list.class_names, ElementsAre("B", "b", "\xc3\xa4pfel und \xe2\x9c\x93"));
  EXPECT_THAT(texts(list.train),
              ElementsAre("0 train/B/x.png", "1 train/b/10.png", "1 train/b/2.png", "1 train/b/a/1.jpeg",
                          "1 train/b/a b/1.png", "1 train/b/a/sub/0.png",
                          "2 train/\xc3\xa4pfel und \xe2\x9c\x93/1.png"));
  EXPECT_THAT(texts(list.test), ElementsAre("1 test/b/0.BMP"));  // B is missing there: so be it
  EXPECT_TRUE(list.by_class);
}

TEST_F(ImageListTest, EndingsCountInAnyCaseAndOtherFilesAreNoImages) {
  for (const char* name :
       {"train/a/1.PNG", "train/a/2.Jpg", "train/a/notes.txt", "train/a/.hidden.png", "train/.git/x.png",
        "train/loose.png", "train/a/3.tiff", "train/b/1.png", "test/a/1.png"})
    touch(name);
  EXPECT_THAT(texts(list_images(root).train),
              ElementsAre("0 train/a/1.PNG", "0 train/a/2.Jpg", "0 train/a/3.tiff", "1 train/b/1.png"));
}

TEST_F(ImageListTest, LinksAreFollowedButNotInCircles) {
  for (const char* name : {"store/x.png", "train/b/1.png", "test/b/1.png"}) touch(name);
  fs::create_directory_symlink(root / "store", root / "train/a");
  fs::create_symlink("1.png", root / "train/b/2.png");
  EXPECT_THAT(texts(list_images(root).train),
              ElementsAre("0 train/a/x.png", "1 train/b/1.png", "1 train/b/2.png"));
  fs::create_directory_symlink(root / "train/b", root / "train/b/again");
  EXPECT_THAT(error(), AllOf(HasSubstr("train/b/again"), HasSubstr("remove it")));
}

TEST_F(ImageListTest, WhatIsMissingIsSaid) {
  EXPECT_FALSE(has_images(root));
  for (const char* name : {"train/cat/1.png", "test/cat/1.png"}) touch(name);
  EXPECT_TRUE(has_images(root));
  EXPECT_THAT(error(), HasSubstr("expected 2 to 256 classes, found 1"));
  fs::create_directory(root / "train/dog");
  EXPECT_THAT(error(), AllOf(HasSubstr("train/dog"), HasSubstr("found none")));
  touch("train/dog/1.png");
  EXPECT_EQ(list_images(root).train.size(), 2U);
  touch("test/dgo/1.png");
  EXPECT_THAT(error(), AllOf(HasSubstr("found 'dgo'"), HasSubstr("did you mean 'dog'?")));
  fs::remove_all(root / "test");
  fs::create_directory(root / "test");
  EXPECT_THAT(error(), HasSubstr("expected test images, found none"));
}

TEST_F(ImageListTest, ClassNamesMustBePrintable) {
  for (const char* name : {"train/a/1.png", "train/b\xff/1.png", "test/a/1.png"}) touch(name);
  EXPECT_THAT(error(), HasSubstr("UTF-8"));
  fs::rename(root / "train/b\xff", root / "train/b\n");
  EXPECT_THAT(error(), HasSubstr("control characters"));
}

TEST_F(ImageListTest, ListFilesNameClassesOrNumberThem) {
  fs::create_directories(root);
  write("train.csv",
        "\xef\xbb\xbfpath,label\r\nx/2.png,dog\r\n\r\n\"x/1, \"\"so\"\".png\",cat\r\n/abs/3.png,dog\r\n");
  write("test.tsv", "a,b.png\tcat\n");
  const ImageList named = list_images(root);
  EXPECT_THAT(named.class_names, ElementsAre("cat", "dog"));
  EXPECT_FALSE(named.by_class);
  ASSERT_EQ(named.train.size(), 3U);
  EXPECT_THAT(texts({named.train[0], named.train[1]}), ElementsAre("1 x/2.png", "0 x/1, \"so\".png"));
  EXPECT_EQ(named.train[2].path, "/abs/3.png");
  EXPECT_THAT(texts(named.test), ElementsAre("0 a,b.png"));
  write("train.csv", "x.png,10\ny.png,007\n");
  write("test.tsv", "z.png,3\n");
  const ImageList numbered = list_images(root);
  EXPECT_EQ(numbered.class_names.size(), 11U);
  EXPECT_THAT(texts(numbered.train), ElementsAre("10 x.png", "7 y.png"));
  EXPECT_THAT(texts(numbered.test), ElementsAre("3 z.png"));
}

TEST_F(ImageListTest, ErrorsInListFilesNameFileAndLine) {
  fs::create_directories(root);
  const auto error_of = [&](const std::string& train, const std::string& test) {
    write("train.csv", train);
    write("test.csv", test);
    return error();
  };
  const std::string good = "x.png,a\ny.png,b\n";
  EXPECT_THAT(error_of("x.png,a\ny.png\n", good),
              AllOf(HasSubstr("train.csv:2:"), HasSubstr("found 1 fields")));
  EXPECT_THAT(error_of(good, "x.png,a,b\n"), AllOf(HasSubstr("test.csv:1:"), HasSubstr("found 3 fields")));
  EXPECT_THAT(error_of("x.png,\n", good), HasSubstr("train.csv:1:"));
  EXPECT_THAT(error_of(good, "x.png,c\n"), AllOf(HasSubstr("test.csv:1:"), HasSubstr("found 'c'")));
  EXPECT_THAT(error_of("x.png,1\ny.png,256\n", good),
              HasSubstr("train.csv:2: label: expected 0 to 255, found 256"));
  EXPECT_THAT(error_of("x.png,1\ny.png,0\n", "z.png,9\n"), HasSubstr("test.csv:1:"));
  EXPECT_THAT(error_of("\n", good), HasSubstr("found none"));
  EXPECT_THAT(error_of("x.png,a\ny.png,a\n", good), HasSubstr("found 1"));
  EXPECT_THAT(error_of("\"x.png,a\n", good), HasSubstr("train.csv:1:"));
}

TEST_F(ImageListTest, LimitsKeepAPartOfEveryClassAndTheFirstOfAList) {
  ImageList list{.class_names = {"a", "b"}};
  for (std::uint8_t i = 0; i < 10; ++i) list.train.push_back({std::to_string(i), i});
  list.test = list.train;
  limit_list(list, 4, 0);
  std::vector<int> kept;
  for (const ListedImage& image : list.train) kept.push_back(image.label);
  EXPECT_THAT(kept, ElementsAre(0, 2, 5, 7));
  EXPECT_EQ(list.test.size(), 10U);
  list.by_class = false;
  limit_list(list, 40, 3);
  EXPECT_EQ(list.train.size(), 4U);
  EXPECT_EQ(list.test.back().label, 2);
}

}  // namespace
}  // namespace mayfly
