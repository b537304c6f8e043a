// `mayfly slurm`: what it writes, how it sizes jobs, how it gives them to sbatch. tests/slurm has a real
// Slurm run it.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <regex>

#include "cli/campaign_folder.h"
#include "cli/deadline.h"
#include "cli/slurm_plan.h"
#include "cli/slurm_script.h"
#include "cli/text.h"
#include "core/error.h"
#include "program.h"
#include "recorder/journal.h"
#include "tests/support/scratch_folder.h"
#include "tiny_campaign.h"

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(SlurmTime, IsReadAsSlurmWritesIt) {
  EXPECT_EQ(parse_slurm_time("0:59"), seconds(59));
  EXPECT_EQ(parse_slurm_time("30"), minutes(30));
  EXPECT_EQ(parse_slurm_time("1:02:03"), seconds(3723));
  EXPECT_EQ(parse_slurm_time("1-02:03:04"), seconds(86400 + 7384));
  EXPECT_EQ(parse_slurm_time("2-12"), hours(60));
  EXPECT_EQ(parse_slurm_time("2-12:30"), minutes(60 * 60 + 30));
  for (const char* wrong : {"", "UNLIMITED", "INVALID", "NOT_SET", "1:", ":1", "1:2:3:4", "-1", "1-", "1-2-3",
                            "1.5", "9000000000:00:00"})
    EXPECT_FALSE(parse_slurm_time(wrong)) << wrong;
}

TEST(ShellQuoted, KeepsEveryCharacter) {
  EXPECT_EQ(shell_quoted("/a/b-c_1.sh"), "/a/b-c_1.sh");
  EXPECT_EQ(shell_quoted(""), "''");
  EXPECT_EQ(shell_quoted("it's $HOME"), "'it'\\''s $HOME'");
}

class SlurmCommand : public testing::Test {
 protected:
  void SetUp() override {
    write_tiny_fashion_mnist(data);
    std::vector<std::string> arguments = init_arguments(folder, 40);
    ASSERT_EQ(mayfly(arguments).exit_code, 0);
  }

  Outcome slurm(const std::vector<std::string>& more = {}, const Surroundings& around = {}) const {
    std::vector<std::string> arguments = {"slurm", folder, "--data-root", data};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mayfly(arguments, around);
  }

  std::string script() const { return read_text(folder / "slurm" / "workers.sh"); }

  /// An sbatch that says what it was given; alone on the PATH but for the shell's.
  Surroundings with_sbatch(const std::string& body) const {
    const fs::path path = scratch.path() / "bin" / "sbatch";
    fs::create_directories(path.parent_path());
    write_text(path, "#!/bin/sh\n" + body + "\n");
    fs::permissions(path, fs::perms::owner_all);
    return {.environment = {"PATH=" + path.parent_path().string() + ":/usr/bin:/bin"}};
  }

  /// The journal of a network that is done, whose table is a name only.
  void finish(std::uint32_t index, double times_estimate, const std::string& device) const {
    const Campaign campaign = open_campaign(folder, {}, data);
    const PlannedNetwork planned = plan_network(campaign, index);
    JournalWriter journal(folder);
    journal.claimed(planned.sampled.spec.id, index);
    for (const double epoch : {0.5, 1.0, 1.5})
      journal.point(planned.sampled.spec.id, {.index = index,
                                              .point = {.epoch = epoch},
                                              .seen = 1,
                                              .train_seconds = planned.cost.seconds * times_estimate / 3,
                                              .device = device});
    journal.complete(planned.sampled.spec.id);
    const fs::path tables = folder / "tables" / "FashionMNIST-trial";
    fs::create_directories(tables);
    write_text(tables / (planned.sampled.spec.id + ".txt"), "");
  }

  SlurmPlan plan(const SlurmSizes& sizes = {}) const {
    return plan_slurm(open_campaign(folder, {}, data), sizes);
  }

  ScratchFolder scratch;
  const fs::path data = scratch.path() / "data";
  const fs::path folder = scratch.path() / "trial";
};

TEST_F(SlurmCommand, WritesAScriptThatSaysWhatItAsksFor) {
  const Outcome outcome = slurm({"--workers", "3", "--cpus-per-task", "2", "--time", "1d12h", "--partition",
                                 "long", "--sbatch=--constraint=a&b", "--sbatch=--nice"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("Left: 40 networks"), HasSubstr("Next: sbatch ")));
  for (const char* line : {"#SBATCH --array=0-2", "#SBATCH --cpus-per-task=2", "#SBATCH --time=1-12:00:00",
                           "#SBATCH --requeue", "#SBATCH --signal=B:USR1@120", "#SBATCH --open-mode=append",
                           "#SBATCH --partition=long", "#SBATCH --constraint=a&b", "#SBATCH --nice",
                           "#SBATCH --job-name=mayfly-trial", "# Left: 40 networks"})
    EXPECT_THAT(script(), HasSubstr(std::string(line) + (line[1] == 'S' ? "\n" : ""))) << line;
  EXPECT_THAT(script(), AllOf(HasSubstr("--device cpu"), HasSubstr("--data-root " + data.string()),
                              Not(HasSubstr("gpus-per-node"))));
}

TEST_F(SlurmCommand, DirectivesComeBeforeTheFirstCommand) {
  slurm();
  std::istringstream lines(script());
  bool commands = false;
  for (std::string line; std::getline(lines, line);) {
    commands = commands || (!line.empty() && line[0] != '#');
    EXPECT_FALSE(commands && line.starts_with("#SBATCH")) << line;
  }
}

TEST_F(SlurmCommand, AsManyGpusAsTheCampaignNames) {
  const std::string toml = read_text(folder / "campaign.toml");
  for (const auto& [device, line] :
       {std::pair{"cuda:0,2", "--gpus-per-node=2\n"}, std::pair{"cuda", "--gpus-per-node=1\n"}}) {
    std::string text = toml;
    const std::string cpu = "device = \"cpu\"";
    const std::size_t at = text.find(cpu);
    ASSERT_NE(at, std::string::npos);
    write_text(folder / "campaign.toml",
               text.replace(at, cpu.size(), fmt::format("device = \"{}\"", device)));
    EXPECT_EQ(slurm().exit_code, 0);
    EXPECT_THAT(script(), AllOf(HasSubstr(line), HasSubstr("--device cuda")));
  }
}

TEST_F(SlurmCommand, GpusAreAskedForAndUsed) {
  EXPECT_EQ(slurm({"--gpus-per-node", "4"}).exit_code, 0);
  EXPECT_THAT(script(),
              AllOf(HasSubstr("#SBATCH --gpus-per-node=4\n"), HasSubstr("#SBATCH --cpus-per-task=16\n"),
                    HasSubstr("--device cuda"), HasSubstr("# A guess: no network was finished on GPUs")));
}

TEST_F(SlurmCommand, TimesOnGpusAreGuessedUntilOneWasFinishedThere) {
  const cli::Campaign campaign = cli::open_campaign(folder, {}, data);
  const cli::SlurmPlan cpus = cli::plan_slurm(campaign, {});
  const cli::SlurmPlan gpus = cli::plan_slurm(campaign, {.gpus_per_node = 1});
  EXPECT_EQ(cpus.ratio, 1);
  EXPECT_DOUBLE_EQ(gpus.seconds(), cpus.seconds() * cli::kGpuGuess);
  slurm({"--gpus-per-node", "1"});
  EXPECT_THAT(script(), HasSubstr("each is taken to last 0.08 of its time on one\n# core."));
}

TEST_F(SlurmCommand, AScriptChangedByHandIsKept) {
  slurm();
  write_text(folder / "slurm" / "workers.sh", "mine");
  EXPECT_THAT(slurm().err, HasSubstr("workers.sh.old"));
  EXPECT_EQ(read_text(folder / "slurm" / "workers.sh.old"), "mine");
  EXPECT_THAT(script(), HasSubstr("#SBATCH"));
  write_text(folder / "slurm" / "workers.sh", "mine again");
  slurm();
  EXPECT_EQ(read_text(folder / "slurm" / "workers.sh.old"), "mine");
  EXPECT_EQ(read_text(folder / "slurm" / "workers.sh.old.2"), "mine again");
}

TEST_F(SlurmCommand, WhatWorkersWouldRefuseIsRefused) {
  ASSERT_EQ(mayfly({"run", folder, "--data-root", data, "--progress", "none", "--deadline", "1"}).exit_code,
            75);
  EXPECT_EQ(slurm().exit_code, 0);
  const std::string config = read_text(folder / "campaign.toml");
  ASSERT_TRUE(config.find("epochs = ") != std::string::npos);
  write_text(folder / "campaign.toml",
             std::regex_replace(config, std::regex("epochs = [0-9.]+"), "epochs = 77.5"));
  const Outcome outcome = slurm();
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("train.epochs"), HasSubstr("77.5")));
}

TEST_F(SlurmCommand, SubmitPrintsTheNumber) {
  const Outcome outcome = slurm({"--submit"}, with_sbatch("echo \"$@\" >&2; echo '4711;cluster'"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "4711\n");
  EXPECT_THAT(outcome.err, HasSubstr("--parsable " + (folder / "slurm" / "workers.sh").string()));
}

TEST_F(SlurmCommand, ARefusalIsPassedOn) {
  const Outcome refused = slurm({"--submit"}, with_sbatch("echo 'Invalid account' >&2; exit 1"));
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err,
              AllOf(HasSubstr("Invalid account"), HasSubstr("refused"), HasSubstr("workers.sh")));
  const Outcome missing = slurm({"--submit"}, with_sbatch("exit 127"));
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.err, HasSubstr("sbatch was not found"));
}

TEST_F(SlurmCommand, WrongTimesAndFoldersAreNamed) {
  for (const char* wrong : {"soon", "30s", "0:30", "1:2:3:4"}) {
    const Outcome outcome = slurm({"--time", wrong});
    EXPECT_EQ(outcome.exit_code, 2) << wrong;
    EXPECT_THAT(outcome.err, AllOf(HasSubstr(wrong), HasSubstr("12h")));
  }
  EXPECT_EQ(mayfly({"slurm", scratch.path() / "nowhere"}).exit_code, 4);
  const fs::path quote = scratch.path() / "a\"b";
  fs::rename(folder, quote);
  const Outcome outcome = mayfly({"slurm", quote, "--data-root", data});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("rename it"));
}

TEST_F(SlurmCommand, LongestFirstAndRescaledByWhatTheSameDeviceTook) {
  const SlurmPlan before = plan();
  ASSERT_EQ(before.left.size(), 40u);
  EXPECT_TRUE(std::is_sorted(before.left.begin(), before.left.end(),
                             [](const auto& a, const auto& b) { return a.seconds > b.seconds; }));
  finish(0, 3, "cpu: AVX2, 1 thread");
  finish(1, 3, "cpu: AVX-512, 1 thread");
  finish(2, 0.25, "Some GPU");
  const SlurmPlan on_cpus = plan(), on_gpus = plan({.gpus_per_node = 1});
  EXPECT_EQ(on_cpus.check.networks, 2u);
  EXPECT_NEAR(on_cpus.check.ratio(), 3, 1e-9);
  EXPECT_EQ(on_gpus.check.networks, 1u);
  EXPECT_NEAR(on_gpus.check.ratio(), 0.25, 1e-9);
  EXPECT_EQ(on_cpus.left.size(), 37u);
  EXPECT_NEAR(on_cpus.seconds() / on_gpus.seconds(), 12, 1e-6);
}

TEST_F(SlurmCommand, WorkersFollowFromTheWorkAndTheTime) {
  const SlurmPlan small = plan();
  EXPECT_EQ(small.workers, 1);
  EXPECT_EQ(small.slots, 8);
  EXPECT_EQ(small.time, hours(1));
  const SlurmPlan wide = plan({.gpus_per_node = 2, .jobs = 3});
  EXPECT_EQ(wide.slots, 6);
  finish(0, 1e9, "cpu: AVX2, 1 thread");
  const SlurmPlan large = plan();
  EXPECT_EQ(large.workers, 5);  // 39 networks, 8 at once: more would have nothing to do
  EXPECT_EQ(large.time, hours(24));
  EXPECT_GE(large.wall_seconds(), large.left.front().seconds);
}

}  // namespace
}  // namespace mayfly::cli
