// Bad files, bad values, full disks: a message that says where and what, and the right exit code.
#include <gmock/gmock.h>

#include <sstream>

#include "program.h"
#include "tests/support/scratch_folder.h"
#include "tiny_campaign.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

void expect_refused(const Outcome& outcome, int exit_code, const std::vector<std::string>& says) {
  EXPECT_EQ(outcome.exit_code, exit_code) << outcome.err;
  EXPECT_THAT("\n" + outcome.err, HasSubstr("\nmayfly: "));
  for (const std::string& part : says) EXPECT_THAT(outcome.err, HasSubstr(part));
}

class BadInput : public testing::Test {
 protected:
  void init() {
    write_tiny_fashion_mnist(data);
    ASSERT_EQ(mayfly(init_arguments(folder, 2)).exit_code, 0);
  }
  Outcome run(std::vector<std::string> more = {}, const Surroundings& around = {}) const {
    std::vector<std::string> arguments = {"run", folder, "--data-root", data, "--progress", "plain"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mayfly(arguments, around);
  }
  /// campaign.toml of `text`, planned.
  Outcome plan(const std::string& text, std::vector<std::string> more = {}) const {
    fs::create_directories(folder);
    write_text(folder / "campaign.toml", text);
    std::vector<std::string> arguments = {"plan", folder};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mayfly(arguments);
  }

  ScratchFolder scratch;
  const fs::path data = scratch.path() / "data";
  const fs::path folder = scratch.path() / "trial";
};

TEST_F(BadInput, NoCampaign) {
  expect_refused(mayfly({"plan", scratch.path() / "nowhere"}), 4, {"nowhere/campaign.toml"});
  expect_refused(mayfly({"run", scratch.path() / "nowhere"}), 4, {"nowhere/campaign.toml"});
  expect_refused(mayfly({"status", scratch.path() / "nowhere"}), 4, {"nowhere/campaign.toml"});
}

TEST_F(BadInput, MalformedToml) {
  expect_refused(plan("[campaign\nseed = 1\n"), 2, {"campaign.toml", ":1:"});
  expect_refused(plan("[campaign]\nseed = \n"), 2, {"campaign.toml", ":2:"});
}

TEST_F(BadInput, UnknownKeys) {
  expect_refused(plan("[search_space]\nkernel_sise = 3\n"), 2,
                 {"kernel_sise", "did you mean", "kernel_size"});
  expect_refused(plan("[trian]\nepochs = 3\n"), 2, {"trian", "train"});
}

TEST_F(BadInput, WrongValues) {
  expect_refused(plan("[train]\nepochs = \"many\"\n"), 2, {"epochs", "many"});
  expect_refused(plan("[train]\nepochs = 0.3\n"), 2, {"epochs", "0.3"});
  expect_refused(plan("[search_space]\nstride = [3, 1]\n"), 2, {"stride"});
  expect_refused(plan("[campaign]\ndataset = \"CIFAR1000\"\n"), 2, {"CIFAR1000", "CIFAR100"});
}

TEST_F(BadInput, BadSettings) {
  expect_refused(plan("", {"--set", "train.epochz=1"}), 2, {"epochz", "epochs"});
  expect_refused(plan("", {"--set", "train.epochs"}), 2, {"train.epochs"});
  expect_refused(plan("", {"--set", "train.epochs=x"}), 2, {"epochs"});
  expect_refused(plan("", {"--set", ""}), 2, {});
}

TEST_F(BadInput, ImpossibleSearchSpace) {
  expect_refused(plan("[search_space]\nmax_macs_per_image = 1\n"), 2, {"rejected", "max_macs_per_image"});
  expect_refused(plan("[search_space]\nkernel_size = 100\npadding = 0\n"), 2, {"kernel"});
}

TEST_F(BadInput, IndexBeyondTheCampaign) {
  init();
  expect_refused(mayfly({"train", folder, "--index", "2", "--data-root", data}), 2, {"0 to 1", "2"});
}

TEST_F(BadInput, TheDeviceOfTheCommandLineDecidesAboutArithmetic) {
  init();
  const std::vector<std::string> fast = {"--set", "train.arithmetic=fast"};
  expect_refused(run(fast), 2, {"fast", "CUDA only", "--device cuda"});
  EXPECT_THAT(run({"--set", "train.arithmetic=fast", "--device", "cuda:999"}).exit_code, 6);
  expect_refused(run({"--set", "train.arithmetic=fast", "--set", "train.device=cuda", "--device", "cpu"}), 2,
                 {"fast", "CUDA only"});
  expect_refused(run({"--device", "gpu"}), 2, {"--device", "cuda:0,2", "gpu"});
  expect_refused(run({"--device", ""}), 2, {"--device", "cuda:0,2", "''"});
  expect_refused(run({"--set", "train.device=cuda:0,0"}), 2, {"train.device", "each once", "'cuda:0,0'"});
  expect_refused(mayfly({"train", folder, "--index", "0", "--data-root", data, "--arithmetic", "fast",
                         "--device", "cpu"}),
                 2, {"fast", "CUDA only"});
  expect_refused(mayfly({"train", folder, "--index", "0", "--data-root", data, "--arithmetic", "quick"}), 2,
                 {"arithmetic", "quick"});
  EXPECT_FALSE(fs::exists(folder / "campaign.lock.toml"));
}

TEST_F(BadInput, MissingData) {
  fs::create_directories(data);
  ASSERT_EQ(mayfly({"init", folder, "--dataset", "CIFAR100"}).exit_code, 0);
  expect_refused(run(), 4, {"CIFAR100", "train.bin", data.string()});
  EXPECT_FALSE(fs::exists(folder / "campaign.lock.toml"));
}

TEST_F(BadInput, MissingDataOfAnotherSet) {
  expect_refused(mayfly({"data", "path", "MNIST", "--data-root", scratch.path()}), 4,
                 {"MNIST", scratch.path().string(), "train-images-idx3-ubyte"});
}

TEST_F(BadInput, DataCutShort) {
  init();
  fs::resize_file(data / "train-images-idx3-ubyte", 100000);
  expect_refused(run(), 4, {"train-images-idx3-ubyte", "100000"});
}

TEST_F(BadInput, FoldersThatCannotBeWritten) {
  expect_refused(mayfly({"init", "/proc/mayfly"}), 4, {"/proc/mayfly"});
  write_text(scratch.path() / "file", "");
  expect_refused(mayfly({"init", scratch.path() / "file" / "trial"}), 4, {"file/trial"});
  init();
  write_text(folder / "tables", "in the way");
  expect_refused(run(), 4, {"tables"});
}

TEST_F(BadInput, ReadOnlyFolder) {
  init();
  fs::permissions(folder, fs::perms::owner_read | fs::perms::owner_exec);
  expect_refused(run({}, {.permissions_count = true}), 4, {folder.string(), "Permission denied"});
  fs::permissions(folder, fs::perms::owner_all);
}

TEST_F(BadInput, ReadOnlyTablesFolder) {
  init();
  const fs::path tables = folder / "tables" / "FashionMNIST-trial";
  EXPECT_EQ(run().exit_code, 0);
  for (const fs::path& table : tables_of(folder)) fs::remove(table);
  fs::permissions(tables, fs::perms::owner_read | fs::perms::owner_exec);
  const Outcome outcome = run({}, {.permissions_count = true});  // found out before anything is trained
  expect_refused(outcome, 4, {tables.string(), "Permission denied"});
  fs::permissions(tables, fs::perms::owner_all);
  EXPECT_EQ(run().exit_code, 0);
}

TEST_F(BadInput, FullDisk) {
  init();
  expect_refused(run({}, {.largest_file = 0}), 4, {folder.string()});
  const Outcome later = run({}, {.largest_file = 4096});  // journal or tables no longer fit
  EXPECT_TRUE(later.exit_code == 4 || later.exit_code == 3 || later.exit_code == 0)
      << later.exit_code << later.err;
  for (const fs::path& table : tables_of(folder)) EXPECT_THAT(read_text(table), testing::EndsWith("\n"));
  EXPECT_EQ(run().exit_code, 0);
}

TEST_F(BadInput, FullOutput) {
  init();
  for (const std::string command : {"plan", "status"}) {
    const Outcome outcome = mayfly({command, folder}, {.out_file = "/dev/full"});
    EXPECT_EQ(outcome.exit_code, 4) << command;
    EXPECT_THAT(outcome.err, HasSubstr("No space left on device")) << command;
  }
}

class MalformedTable : public BadInput {
 protected:
  Outcome replay(const std::string& text) const {
    write_text(scratch.path() / "bad.txt", text);
    return mayfly({"replay", scratch.path() / "bad.txt"});
  }
  /// A real table with one text replaced by another.
  std::string table_with(const std::string& old_text, const std::string& new_text) {
    if (table_.empty()) {
      init();
      EXPECT_EQ(run().exit_code, 0);
      table_ = read_text(tables_of(folder).at(0));
    }
    std::string text = table_;
    const std::size_t at = text.find(old_text);
    EXPECT_NE(at, std::string::npos) << old_text;
    return text.replace(at, old_text.size(), new_text);
  }

 private:
  std::string table_;
};

TEST_F(MalformedTable, IsRefusedWithItsPlace) {
  expect_refused(replay(""), 2, {"bad.txt"});
  expect_refused(replay("hello\nworld\n"), 2, {"bad.txt"});
  expect_refused(replay(table_with(" FashionMNIST ", " ")), 2, {"bad.txt", "2"});
  expect_refused(replay(table_with("trainLoss", "trainLos")), 2, {"bad.txt", "trainLoss"});
  expect_refused(replay(table_with(" FashionMNIST ", " FashionMNIST ten ")), 2, {"bad.txt"});
  expect_refused(replay(table_with("0.5 ", "half ")), 2, {"bad.txt", "half"});
  expect_refused(replay(table_with(" SGD ", " Adam ")), 2, {"Adam", "SGD"});
}

TEST_F(MalformedTable, ImpossibleNetworks) {
  const std::string text = table_with("FashionMNIST", "FashionMNIST");
  const std::size_t row = text.find('\n') + 1;
  const std::string first = text.substr(row, text.find('\n', row) - row);
  std::vector<std::string> fields;
  std::istringstream words(first);
  for (std::string word; std::getline(words, word, ' ');) fields.push_back(word);
  ASSERT_EQ(fields.size(), 28u);
  const auto with = [&](std::size_t column, const std::string& value) {
    std::string line;
    for (std::size_t i = 0; i < fields.size(); ++i)
      line += (i == 0 ? "" : " ") + (i == column ? value : fields[i]);
    return text.substr(0, row) + line + text.substr(row + first.size());
  };
  expect_refused(replay(with(24, "1000000000-1-1")), 2, {"bad.txt", "convFilters", "1000000000"});
  expect_refused(replay(with(18, "400-1-1")), 2, {"kernel"});
  expect_refused(replay(with(18, "3-3")), 2, {"bad.txt", "convKernels"});
  expect_refused(replay(with(19, "0-1-1")), 2, {"bad.txt", "convStrides"});
  expect_refused(replay(with(8, "MNIST2")), 2, {"MNIST2"});
}

TEST_F(BadInput, MissingTable) {
  expect_refused(mayfly({"replay", scratch.path() / "none.txt"}), 4, {"none.txt"});
  expect_refused(mayfly({"plot", scratch.path() / "none.txt"}), 4, {"none.txt"});
  expect_refused(mayfly({"plot", scratch.path()}), 4, {"expected tables"});
  expect_refused(mayfly({"train", "--spec", scratch.path() / "none.toml"}), 4, {"none.toml"});
}

}  // namespace
}  // namespace mayfly
