// Finding data sets in roots, what is said where they are missing, and loading them by name.
#include "data/locate.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "core/error.h"
#include "tests/data/byte_files.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Locate : public testing::Test {
 protected:
  fs::path root() const { return folder_.path(); }

  /// Four IDX files with the dash or dot of `separator` and the ending `suffix`.
  static void write_idx(const fs::path& folder, const std::string& separator = "-",
                        const std::string& suffix = "", std::uint32_t side = 28) {
    const auto write = [&](const std::string& stem, const std::string& kind, const Bytes& bytes) {
      write_bytes(folder / (stem + separator + kind + suffix), suffix.empty() ? bytes : gzip(bytes));
    };
    write("train-images", "idx3-ubyte", idx_images(3, side, side));
    write("train-labels", "idx1-ubyte", idx_labels({0, 1, 2}));
    write("t10k-images", "idx3-ubyte", idx_images(2, side, side));
    write("t10k-labels", "idx1-ubyte", idx_labels({9, 8}));
  }

  static void write_cifar100(const fs::path& folder) {
    write_bytes(folder / "train.bin", cifar_records(true, {0, 99, 3, 4}));
    write_bytes(folder / "test.bin", cifar_records(true, {5, 6}));
  }

  std::string missing(const std::string& name) const {
    return data_error([&] { find_dataset(name, {root()}); });
  }

  ScratchFolder folder_;
};

TEST_F(Locate, KnownNamesAreThoseOfTheTables) {
  std::vector<std::string> names;
  for (const DatasetInfo& info : known_datasets()) names.push_back(info.name);
  std::sort(names.begin(), names.end());
  EXPECT_THAT(names, ElementsAre("CIFAR10", "CIFAR100", "FashionMNIST", "MNIST", "SVHN"));
  EXPECT_EQ(dataset_info("CIFAR100").classes, 100);
  EXPECT_EQ(dataset_info("CIFAR100").image, (ImageShape{3, 32, 32}));
  EXPECT_EQ(dataset_info("FashionMNIST").train_images, 60000U);
}

TEST_F(Locate, AnUnknownNameIsToldTheNearest) {
  try {
    dataset_info("cifar-100");
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("'cifar-100'"), HasSubstr("FashionMNIST"),
                                    HasSubstr("did you mean 'CIFAR100'?")));
  }
  EXPECT_THROW(load_dataset("", {root()}), UsageError);
  EXPECT_THROW(find_dataset("ImageNet", {root()}), UsageError);
}

TEST_F(Locate, RootItselfAndTheUsualFolders) {
  for (const std::string name : {"", "fashion-mnist", "FashionMNIST", "FashionMNIST/raw"}) {
    const fs::path at = root() / "idx" / name;
    write_idx(at);
    EXPECT_TRUE(fs::equivalent(find_dataset("FashionMNIST", {root() / "idx"}), at)) << name;
    fs::remove_all(root() / "idx");
  }
  for (const std::string name : {"", "cifar-100-binary"}) {
    const fs::path at = root() / "cifar" / name;
    write_cifar100(at);
    EXPECT_TRUE(fs::equivalent(find_dataset("CIFAR100", {root() / "cifar"}), at)) << name;
    fs::remove_all(root() / "cifar");
  }
}

TEST_F(Locate, TheFirstRootWins) {
  write_cifar100(root() / "a");
  write_cifar100(root() / "b");
  EXPECT_EQ(find_dataset("CIFAR100", {root() / "none", root() / "b", root() / "a"}), root() / "b");
}

TEST_F(Locate, ARootNamedForAnotherDataSetIsNotTaken) {
  for (const std::string name : {"mnist", "MNIST/raw", "mnist/"}) {
    write_idx(root() / name);
    EXPECT_THROW(find_dataset("FashionMNIST", {root() / name}), DataError) << name;
    EXPECT_TRUE(fs::equivalent(find_dataset("MNIST", {root() / name}), root() / name)) << name;
  }
  write_idx(root() / "FashionMNIST/raw");
  EXPECT_THROW(find_dataset("MNIST", {root() / "FashionMNIST/raw"}), DataError);
}

TEST_F(Locate, OrderOfTheRoots) {
  ASSERT_EQ(::setenv("MAYFLY_DATA", "/from/environment", 1), 0);
  EXPECT_THAT(data_roots("/option", "/campaign"),
              ElementsAre("/option", "/from/environment", "/campaign", "/usr/share/datasets"));
  ASSERT_EQ(::unsetenv("MAYFLY_DATA"), 0);
  EXPECT_THAT(data_roots("", "/campaign"), ElementsAre("/campaign", "/usr/share/datasets"));
  EXPECT_THAT(data_roots("", ""), ElementsAre("/usr/share/datasets"));
}

TEST_F(Locate, MissingSaysWhereAndWhatAndHow) {
  EXPECT_THAT(
      missing("FashionMNIST"),
      AllOf(HasSubstr((root() / "fashion-mnist").string()), HasSubstr((root() / "FashionMNIST/raw").string()),
            HasSubstr("train-images-idx3-ubyte.gz"), HasSubstr("t10k-labels-idx1-ubyte"),
            HasSubstr("apt-get install dataset-fashion-mnist"), HasSubstr("--data-root"),
            HasSubstr("MAYFLY_DATA")));
  EXPECT_THAT(missing("CIFAR100"), AllOf(HasSubstr("train.bin"), HasSubstr("test.bin"),
                                         HasSubstr("cifar-100-binary.tar.gz"), Not(HasSubstr("tar -xzf"))));
}

TEST_F(Locate, OneMissingFileIsEnough) {
  write_cifar100(root());
  fs::remove(root() / "test.bin");
  EXPECT_THAT(missing("CIFAR100"), HasSubstr("test.bin"));
}

TEST_F(Locate, AnArchiveIsToBeUnpacked) {
  std::ofstream(root() / "cifar-100-binary.tar.gz") << "x";
  EXPECT_THAT(missing("CIFAR100"),
              HasSubstr(fmt::format("tar -xzf '{0}/cifar-100-binary.tar.gz' -C '{0}'", root().string())));
  std::ofstream(root() / "cifar-10-binary.tar.gz") << "x";
  EXPECT_THAT(missing("CIFAR10"), HasSubstr("cifar-10-binary.tar.gz' -C"));
}

TEST_F(Locate, LoadsIdxUnderEveryName) {
  for (const std::string separator : {"-", "."}) {
    for (const std::string suffix : {"", ".gz"}) {
      write_idx(root() / "FashionMNIST", separator, suffix);
      const Dataset dataset = load_dataset("FashionMNIST", {root()});
      EXPECT_EQ(dataset.name, "FashionMNIST");
      EXPECT_EQ(dataset.classes, 10);
      EXPECT_EQ(dataset.train.labels, (Bytes{0, 1, 2}));
      EXPECT_EQ(dataset.validation.labels, (Bytes{9, 8}));
      EXPECT_FALSE(dataset.official_counts);
      fs::remove_all(root() / "FashionMNIST");
    }
  }
}

TEST_F(Locate, LoadsCifar) {
  write_cifar100(root() / "cifar-100-binary");
  std::ofstream(root() / "cifar-100-binary" / "fine_label_names.txt") << "apple\naquarium_fish\n";
  const Dataset cifar100 = load_dataset("CIFAR100", {root()});
  EXPECT_EQ(cifar100.classes, 100);
  EXPECT_EQ(cifar100.train.labels, (Bytes{0, 99, 3, 4}));
  EXPECT_EQ(cifar100.class_names.at(1), "aquarium_fish");
  EXPECT_FALSE(cifar100.official_counts);

  const fs::path folder = root() / "cifar-10-batches-bin";
  for (std::uint8_t i = 1; i <= 5; ++i)
    write_bytes(folder / fmt::format("data_batch_{}.bin", i), cifar_records(false, {i}));
  write_bytes(folder / "test_batch.bin", cifar_records(false, {9}));
  const Dataset cifar10 = load_dataset("CIFAR10", {root()});
  EXPECT_EQ(cifar10.train.labels, (Bytes{1, 2, 3, 4, 5}));
  EXPECT_EQ(cifar10.validation.labels, (Bytes{9}));
  EXPECT_TRUE(cifar10.class_names.empty());
}

TEST_F(Locate, ImagesOfAnotherSizeAreRefused) {
  write_idx(root() / "mnist", "-", "", 27);
  EXPECT_THAT(data_error([&] { load_dataset("MNIST", {root()}); }),
              AllOf(HasSubstr("mnist"), HasSubstr("expected images of 28x28, found 27x27")));
}

TEST_F(Locate, LimitKeepsTheFirstImages) {
  write_cifar100(root());
  Dataset dataset = load_dataset("CIFAR100", {root()});
  dataset.official_counts = true;
  limit_images(dataset, 0, 0);
  limit_images(dataset, 4, 99);
  EXPECT_TRUE(dataset.official_counts);
  EXPECT_EQ(dataset.train.count(), 4U);
  const ImageSet all = dataset.train;
  limit_images(dataset, 3, 0);
  EXPECT_FALSE(dataset.official_counts);
  EXPECT_EQ(dataset.train.labels, (Bytes{0, 99, 3}));
  EXPECT_EQ(dataset.train.pixels, Bytes(all.pixels.begin(), all.pixels.begin() + 3 * 3072));
  EXPECT_EQ(dataset.validation.count(), 2U);
  dataset.official_counts = true;
  limit_images(dataset, 0, 1);
  EXPECT_FALSE(dataset.official_counts);
  EXPECT_EQ(dataset.validation.pixels.size(), 3072U);
}

}  // namespace
}  // namespace mayfly
