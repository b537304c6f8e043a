// The program on the software device of tests/softgpu: what a GPU must give.
#include <gmock/gmock.h>

#include <cmath>

#include "program.h"
#include "recorder/table.h"
#include "tests/support/scratch_folder.h"
#include "tiny_campaign.h"
#include "trainer/self_test/self_test.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

/// The text of a table as if no GPU had trained it.
std::string without_gpu(const fs::path& file) {
  Table table = read_table(file);
  EXPECT_TRUE(table.train_gpu) << file;
  table.train_gpu = false;
  return table_text(table);
}

/// Within what the self-test allows of fast arithmetic.
void expect_near(double exact, double fast) {
  EXPECT_NEAR(fast, exact, kFastRowTolerance * std::abs(exact));
}

class SoftGpu : public testing::Test {
 protected:
  void SetUp() override { write_tiny_fashion_mnist(data); }

  fs::path planned(const std::string& name, const std::vector<std::string>& more = {}) const {
    const fs::path folder = scratch.path() / name;
    std::vector<std::string> init = init_arguments(folder, 2);
    init.insert(init.end(), {"--set", "train.epochs=1", "--set", "search_space.out_channels=[1, 12]"});
    init.insert(init.end(), more.begin(), more.end());
    EXPECT_EQ(mayfly(init).exit_code, 0);
    return folder;
  }

  Outcome run(const fs::path& folder, const std::vector<std::string>& more, bool soft_gpu) const {
    std::vector<std::string> run = {"run", folder, "--data-root", data, "--progress", "plain"};
    run.insert(run.end(), more.begin(), more.end());
    return mayfly(run, {.soft_gpu = soft_gpu});
  }

  fs::path trained(const fs::path& folder, const std::vector<std::string>& more, bool soft_gpu) const {
    const Outcome outcome = run(folder, more, soft_gpu);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return folder;
  }

  ScratchFolder scratch;
  const fs::path data = scratch.path() / "data";
};

TEST_F(SoftGpu, ACampaignGivesTheCpusTables) {
  const auto expected = tables_of(trained(planned("cpu"), {}, false));
  const auto found = tables_of(trained(planned("gpu"), {"--device", "cuda"}, true));
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(without_gpu(found[i]), read_text(expected[i]));
}

/// The stand-ins of cuDNN and cuBLAS add up in another order than the exact kernels.
TEST_F(SoftGpu, AFastCampaignIsNearTheExactOne) {
  const auto expected = tables_of(trained(planned("exact"), {}, false));
  const fs::path folder = planned("fast", {"--set", "train.device=cuda", "--set", "train.arithmetic=fast"});
  const auto found = tables_of(trained(folder, {}, true));
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const Table exact = read_table(expected[i]), fast = read_table(found[i]);
    EXPECT_TRUE(fast.train_gpu);
    ASSERT_EQ(fast.points.size(), exact.points.size());
    for (std::size_t row = 0; row < fast.points.size(); ++row) {
      SCOPED_TRACE(found[i].string() + " row " + std::to_string(row));
      expect_near(exact.points[row].train_loss, fast.points[row].train_loss);
      expect_near(exact.points[row].val_loss, fast.points[row].val_loss);
    }
  }
}

TEST_F(SoftGpu, AFastCampaignStaysWithItsKindOfGpu) {
  const fs::path folder = planned("fast", {"--set", "train.device=cuda", "--set", "train.arithmetic=fast"});
  const fs::path lock = trained(folder, {}, true) / "campaign.lock.toml";
  const Outcome replayed = mayfly(
      {"replay", tables_of(folder).front(), "--data-root", data, "--epochs", "0.5"}, {.soft_gpu = true});
  EXPECT_EQ(replayed.exit_code, 0) << "on a GPU without being told\n" << replayed.err;
  std::string text = read_text(lock);
  const std::size_t at = text.find("software GPU");
  ASSERT_NE(at, std::string::npos) << text;
  write_text(lock, text.replace(at, std::string("software GPU").size(), "another GPU"));
  for (const std::vector<std::string>& words : {std::vector<std::string>{"run", folder},
                                                {"verify", folder, "--retrain", "1"},
                                                {"train", folder, "--index", "0"}}) {
    std::vector<std::string> all = words;
    all.insert(all.end(), {"--data-root", data});
    const Outcome outcome = mayfly(all, {.soft_gpu = true});
    EXPECT_EQ(outcome.exit_code, 6) << words.front();
    EXPECT_THAT(outcome.err,
                AllOf(HasSubstr("campaign.lock.toml"), HasSubstr("another GPU"), HasSubstr("software GPU")));
  }
}

TEST_F(SoftGpu, SelftestPasses) {
  const Outcome outcome =
      mayfly({"selftest", "--device", "cuda:0", "--networks", "5", "--seconds", "0"}, {.soft_gpu = true});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("cuda:0: "), HasSubstr("All checks passed"), Not(HasSubstr("FAILED"))));
}

TEST_F(SoftGpu, SelftestOfFastArithmeticOnEveryGpu) {
  const Outcome outcome =
      mayfly({"selftest", "--device", "cuda", "--arithmetic", "fast", "--networks", "1", "--seconds", "0"},
             {.soft_gpu = true});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("cuda:0: "), HasSubstr("cuda:1: "), HasSubstr("; cuBLAS 12"),
                                 ContainsRegex("within 0.001 \\(largest: [1-9]\\.[0-9]e-0[4-9]\\)"),
                                 HasSubstr("All checks passed"), Not(HasSubstr("FAILED"))));
}

TEST_F(SoftGpu, SelftestWithoutMemoryIsNoDifference) {
  const Outcome outcome = mayfly({"selftest", "--device", "cuda:0", "--networks", "1", "--seconds", "0"},
                                 {.soft_gpu = true, .environment = {"MAYFLY_SOFTGPU_MEMORY_MIB=1"}});
  EXPECT_EQ(outcome.exit_code, 6) << outcome.out;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("NOT RUN"), HasSubstr("could not run"), Not(HasSubstr("FAILED"))));
}

TEST_F(SoftGpu, IsListedByDoctor) {
  EXPECT_THAT(mayfly({"doctor"}, {.soft_gpu = true}).out,
              AllOf(HasSubstr("cuda:0: software GPU"), HasSubstr("cuda:1: software GPU"),
                    ContainsRegex("fast +software GPU; cuDNN 9")));
}

}  // namespace
}  // namespace mayfly
