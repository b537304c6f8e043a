// mayfly data check: what it says of data sets that are there, missing, damaged.
#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "program.h"
#include "tests/data/byte_files.h"
#include "tests/support/scratch_folder.h"
#include "tiny_campaign.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const fs::path kSvhn = fs::path(MAYFLY_SOURCE_DIR) / "tests/data/fixtures/svhn";
constexpr const char* kOfficialSum = "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8";

class DataCheck : public testing::Test {
 protected:
  static Outcome check(std::vector<std::string> more) {
    more.insert(more.begin(), {"data", "check"});
    return mayfly(more);
  }
  static json report(std::vector<std::string> more) {
    more.emplace_back("--json");
    const json all = json::parse(check(more).out);
    EXPECT_EQ(all.at("datasets").size(), 1U);
    return all.at("datasets").at(0);
  }

  ScratchFolder scratch_;
};

TEST_F(DataCheck, SumsThatScipyGave) {
  std::ifstream expected(kSvhn / "expected.txt");
  int seen = 0;
  for (std::string file, pixels, labels; expected >> file >> pixels >> labels; ++seen) {
    const json svhn = report({"SVHN", "--data-root", kSvhn / fs::path(file).parent_path()});
    const json half = svhn.at(file.ends_with("/train_32x32.mat") ? "train" : "validation");
    EXPECT_EQ(half.at("pixels_sha256"), pixels) << file;
    EXPECT_EQ(half.at("labels_sha256"), labels) << file;
  }
  EXPECT_EQ(seen, 10);
}

TEST_F(DataCheck, FoundAsJson) {
  const json svhn = report({"SVHN", "--data-root", kSvhn / "scipy-plain"});
  EXPECT_EQ(svhn.at("name"), "SVHN");
  EXPECT_EQ(svhn.at("folder"), (kSvhn / "scipy-plain").string());
  EXPECT_EQ(svhn.at("problem"), nullptr);
  EXPECT_EQ(svhn.at("files").size(), 2U);
  EXPECT_EQ(svhn.at("files").at(0).at("bytes"), fs::file_size(kSvhn / "scipy-plain/train_32x32.mat"));
  EXPECT_EQ(svhn.at("train").at("images"), 3);
  EXPECT_EQ(svhn.at("train").at("channels"), 3);
  EXPECT_EQ(svhn.at("train").at("per_class"), json({1, 1, 0, 1, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(svhn.at("train").at("mean").size(), 3U);
  EXPECT_EQ(svhn.at("validation").at("official_per_class").at(1), 5099);
  EXPECT_EQ(svhn.at("official").at("files").at(0).at("sha256"), kOfficialSum);
  EXPECT_EQ(svhn.at("differences").at(0), "3 training images, officially 73257");
}

TEST_F(DataCheck, FoundAsText) {
  const Outcome found = check({"SVHN", "--data-root", kSvhn / "octave-v7"});
  EXPECT_EQ(found.exit_code, 0) << found.err;
  EXPECT_THAT(found.out, AllOf(HasSubstr("training: 3 images, 3x32x32"), HasSubstr("sha256 e489548f8d6e3001"),
                               HasSubstr("officially 73257"), HasSubstr(kOfficialSum)));
}

TEST_F(DataCheck, MissingSaysFilesSizesAndSums) {
  const Outcome text = check({"SVHN", "--data-root", scratch_.path()});
  EXPECT_EQ(text.exit_code, 4);
  EXPECT_THAT(text.out,
              AllOf(HasSubstr("SVHN: not found"), HasSubstr((scratch_.path() / "svhn").string()),
                    HasSubstr("ufldl.stanford.edu"),
                    HasSubstr(std::string("train_32x32.mat: 182040794 bytes, sha256 ") + kOfficialSum)));
  const json svhn = report({"SVHN", "--data-root", scratch_.path()});
  EXPECT_EQ(svhn.at("folder"), nullptr);
  EXPECT_EQ(svhn.at("train"), nullptr);
  EXPECT_THAT(svhn.at("problem").get<std::string>(), HasSubstr("is not there"));
}

TEST_F(DataCheck, DamagedIsAnError) {
  write_tiny_fashion_mnist(scratch_.path() / "fashion-mnist");  // found before Debian's, which takes longer
  const Bytes half(500, 1);
  write_bytes(scratch_.path() / "svhn/train_32x32.mat", half);
  write_bytes(scratch_.path() / "svhn/test_32x32.mat", half);
  const Outcome found = check({"--data-root", scratch_.path()});
  EXPECT_EQ(found.exit_code, 4);
  EXPECT_THAT(found.out,
              AllOf(HasSubstr("train_32x32.mat: at byte 126: expected"), HasSubstr("CIFAR10: not found")));
}

TEST_F(DataCheck, WhatNobodyAskedForMayBeMissing) {
  write_tiny_fashion_mnist(scratch_.path() / "fashion-mnist");
  const Outcome found = check({"--data-root", scratch_.path()});
  EXPECT_EQ(found.exit_code, 0) << found.err;
  EXPECT_THAT(found.err, IsEmpty());
  EXPECT_THAT(found.out,
              AllOf(HasSubstr("FashionMNIST: "), HasSubstr("24 each"), HasSubstr("SVHN: not found")));
  EXPECT_EQ(check({"FashionMINST", "--data-root", scratch_.path()}).exit_code, 2);
}

TEST_F(DataCheck, TheDebianPackageIsTheOfficialData) {
  if (!fs::exists("/usr/share/datasets/fashion-mnist"))
    GTEST_SKIP() << "Debian's package dataset-fashion-mnist is not installed";
  const Outcome text = check({"FashionMNIST"});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.out,
              AllOf(HasSubstr("60000 images, 1x28x28"), HasSubstr("6000 each"),
                    HasSubstr("All counts and means are the official ones."), Not(HasSubstr("Not as"))));
}

}  // namespace
}  // namespace mayfly
