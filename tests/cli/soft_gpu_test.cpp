// The program on the software device of tests/softgpu: what a GPU must give.
#include <gmock/gmock.h>

#include "program.h"
#include "recorder/table.h"
#include "tests/support/scratch_folder.h"
#include "tiny_campaign.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// The text of a table as if no GPU had trained it.
std::string without_gpu(const fs::path& file) {
  Table table = read_table(file);
  EXPECT_TRUE(table.train_gpu) << file;
  table.train_gpu = false;
  return table_text(table);
}

class SoftGpu : public testing::Test {
 protected:
  void SetUp() override { write_tiny_fashion_mnist(data); }

  fs::path trained(const std::string& name, const std::vector<std::string>& more, bool soft_gpu) const {
    const fs::path folder = scratch.path() / name;
    std::vector<std::string> init = init_arguments(folder, 2);
    init.insert(init.end(), {"--set", "train.epochs=1", "--set", "search_space.out_channels=[1, 12]"});
    EXPECT_EQ(mayfly(init).exit_code, 0);
    std::vector<std::string> run = {"run", folder, "--data-root", data, "--progress", "plain"};
    run.insert(run.end(), more.begin(), more.end());
    const Outcome outcome = mayfly(run, {.soft_gpu = soft_gpu});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return folder;
  }

  ScratchFolder scratch;
  const fs::path data = scratch.path() / "data";
};

TEST_F(SoftGpu, ACampaignGivesTheCpusTables) {
  const auto expected = tables_of(trained("cpu", {}, false));
  const auto found = tables_of(trained("gpu", {"--device", "cuda"}, true));
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(without_gpu(found[i]), read_text(expected[i]));
}

TEST_F(SoftGpu, PassesTheSelftest) {
  const Outcome outcome =
      mayfly({"selftest", "--device", "cuda", "--networks", "5", "--seconds", "0"}, {.soft_gpu = true});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("cuda:0: "), HasSubstr("All checks passed"), Not(HasSubstr("FAILED"))));
}

TEST_F(SoftGpu, IsListedByDoctor) {
  EXPECT_THAT(mayfly({"doctor"}, {.soft_gpu = true}).out, HasSubstr("cuda:0: software GPU"));
}

}  // namespace
}  // namespace mayfly
