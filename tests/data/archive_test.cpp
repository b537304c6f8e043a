// Archives where the unpacked files are expected.
#include "data/archive.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "data/locate.h"
#include "tests/data/byte_files.h"
#include "tests/support/scratch_folder.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Optional;

class Archive : public testing::Test {
 protected:
  void put(const std::string& name) const { std::ofstream(folder_.path() / name) << "x"; }
  std::optional<std::string> advice(const std::string& name) const {
    return archive_advice(name, {folder_.path() / "none", folder_.path()});
  }
  std::string in_folder(const std::string& name) const { return (folder_.path() / name).string(); }

  ScratchFolder folder_;
};

TEST_F(Archive, TheCommandThatUnpacksIt) {
  struct Case {
    const char* archive;
    const char* dataset;
    const char* command;
  };
  for (const Case& c : {Case{"cifar-100-binary.tar.gz", "CIFAR100", "tar -xzf '{0}' -C '{1}'"},
                        Case{"cifar-10-binary.tgz", "CIFAR10", "tar -xzf '{0}' -C '{1}'"},
                        Case{"SVHN.zip", "SVHN", "unzip '{0}' -d '{1}'"},
                        Case{"fashion-mnist-master.zip", "FashionMNIST", "unzip '{0}' -d '{1}'"},
                        Case{"mnist_png.tar", "MNIST", "tar -xf '{0}' -C '{1}'"}}) {
    EXPECT_EQ(advice(c.dataset), std::nullopt) << c.dataset;
    put(c.archive);
    EXPECT_THAT(advice(c.dataset),
                Optional(AllOf(HasSubstr("must be unpacked first"),
                               HasSubstr(fmt::format(fmt::runtime(c.command), in_folder(c.archive),
                                                     folder_.path().string())))))
        << c.archive;
  }
}

TEST_F(Archive, OfAnotherDataSetItIsNot) {
  put("cifar-100-binary.tar.gz");
  put("fashion-mnist.zip");
  put("svhn.txt");
  for (const std::string name : {"CIFAR10", "MNIST", "SVHN"}) EXPECT_EQ(advice(name), std::nullopt) << name;
}

TEST_F(Archive, OfAnotherVersionIsNotToBeUnpacked) {
  put("cifar-10-python.tar.gz");
  EXPECT_THAT(advice("CIFAR10"),
              Optional(HasSubstr("which is the python version; Mayfly reads the binary version")));
}

TEST_F(Archive, NamesForAShell) {
  fs::create_directory(folder_.path() / "it's here");
  put("it's here/svhn.zip");
  EXPECT_THAT(archive_advice("SVHN", {folder_.path() / "it's here"}),
              Optional(HasSubstr("-d '" + in_folder("it'\\''s here") + "'")));
}

TEST_F(Archive, IsNamedWhereTheFilesAreMissing) {
  put("svhn.zip");
  EXPECT_THAT(data_error([&] { find_dataset("SVHN", {folder_.path()}); }),
              AllOf(HasSubstr("train_32x32.mat"), HasSubstr("unzip '" + in_folder("svhn.zip"))));
}

}  // namespace
}  // namespace mayfly
