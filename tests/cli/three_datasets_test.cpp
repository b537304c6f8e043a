// A campaign whose networks draw one of the paper's three data sets each: image size and classes follow.
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "program.h"
#include "recorder/table.h"
#include "tests/data/byte_files.h"
#include "tests/data/mat_files.h"
#include "tests/support/scratch_folder.h"
#include "tiny_campaign.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

Bytes labels(std::uint32_t count, std::uint32_t classes, std::uint8_t first) {
  Bytes bytes(count);
  for (std::uint32_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(first + i % classes);
  return bytes;
}

/// As SciPy writes it: X, then y; compressed where asked.
void write_svhn(const fs::path& file, std::uint32_t count, bool compressed) {
  const MatWriter writer;
  const Bytes x =
      writer.array("X", mat::kClassUint8, {32, 32, 3, count}, mat::kUint8, svhn_columns(0, count));
  const Bytes y = writer.array("y", mat::kClassUint8, {count, 1}, mat::kUint8, labels(count, 10, 1));
  write_bytes(file, compressed ? joined({writer.header(), writer.compressed(x), writer.compressed(y)})
                               : joined({writer.header(), x, y}));
}

class ThreeDatasets : public testing::Test {
 protected:
  void SetUp() override {
    write_tiny_fashion_mnist(data_ / "fashion-mnist");
    write_bytes(data_ / "cifar-100-binary/train.bin", cifar_records(true, labels(240, 100, 0)));
    write_bytes(data_ / "cifar-100-binary/test.bin", cifar_records(true, labels(120, 100, 0)));
    write_svhn(data_ / "svhn/train_32x32.mat", 240, true);
    write_svhn(data_ / "svhn/test_32x32.mat", 120, false);
  }

  /// A campaign of eight networks, run with `jobs` at once; its tables by ID.
  std::map<std::string, std::string> tables(const std::string& name, const std::string& jobs) const {
    const fs::path folder = scratch_.path() / name;
    std::vector<std::string> arguments = init_arguments(folder, 8);
    for (std::string& argument : arguments)
      if (argument == "FashionMNIST") argument = "CIFAR100,FashionMNIST,SVHN";
    const Outcome init = mayfly(arguments);
    EXPECT_EQ(init.exit_code, 0) << init.err;
    const Outcome run = mayfly({"run", folder, "--data-root", data_, "--jobs", jobs, "--progress", "plain"});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    std::map<std::string, std::string> texts;
    for (const fs::path& file : tables_of(folder))
      texts[fs::relative(file, folder / "tables").string()] = read_text(file);
    return texts;
  }

  ScratchFolder scratch_;
  const fs::path data_ = scratch_.path() / "data";
};

TEST_F(ThreeDatasets, EachNetworkTrainsOnItsOwn) {
  const std::map<std::string, std::string> texts = tables("trial", "2");
  ASSERT_EQ(texts.size(), 8U);
  std::map<std::string, int> seen;
  for (const auto& [path, text] : texts) {
    const Table table = read_table(scratch_.path() / "trial/tables" / path);
    const std::string& dataset = table.spec.dataset;
    ++seen[dataset];
    EXPECT_EQ(fs::path(path).parent_path(), dataset + "-trial");
    EXPECT_EQ(table.spec.classes, dataset == "CIFAR100" ? 100 : 10) << path;
    EXPECT_EQ(table.points.size(), 3U) << path;
  }
  EXPECT_EQ(seen.size(), 3U) << "networks of this seed draw all three";
  for (const auto& [dataset, count] : seen)
    EXPECT_TRUE(fs::exists(scratch_.path() / "trial/tables" / (dataset + "-trial") / "campaign.json"))
        << dataset;
}

TEST_F(ThreeDatasets, HowManyAtOnceChangesNothing) {
  EXPECT_EQ(tables("one", "1"), tables("three", "3"));
}

TEST_F(ThreeDatasets, OneThatIsMissingIsSaidBeforeAnythingIsTrained) {
  fs::remove(data_ / "svhn/test_32x32.mat");
  std::vector<std::string> arguments = init_arguments(scratch_.path() / "trial", 8);
  for (std::string& argument : arguments)
    if (argument == "FashionMNIST") argument = "CIFAR100,FashionMNIST,SVHN";
  ASSERT_EQ(mayfly(arguments).exit_code, 0);
  const Outcome run = mayfly({"run", scratch_.path() / "trial", "--data-root", data_});
  EXPECT_EQ(run.exit_code, 4);
  EXPECT_THAT(run.err, HasSubstr("test_32x32.mat"));
  EXPECT_FALSE(fs::exists(scratch_.path() / "trial/tables"));
}

}  // namespace
}  // namespace mayfly
