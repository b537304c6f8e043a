// A campaign from its first command to its last, on a tiny data set.
#include <gmock/gmock.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "program.h"
#include "recorder/table.h"
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

class TinyCampaign : public testing::Test {
 protected:
  void SetUp() override {
    write_tiny_fashion_mnist(data);
    const Outcome outcome = mayfly(init_arguments(folder, 3));
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, IsEmpty());
  }

  Outcome run(std::vector<std::string> more = {}, const Surroundings& around = {}) const {
    std::vector<std::string> arguments = {"run", folder, "--data-root", data, "--progress", "plain"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mayfly(arguments, around);
  }

  ScratchFolder scratch;
  const fs::path data = scratch.path() / "data";
  const fs::path folder = scratch.path() / "trial";
};

TEST_F(TinyCampaign, IsPlanned) {
  const Outcome table = mayfly({"plan", folder});
  EXPECT_EQ(table.exit_code, 0) << table.err;
  EXPECT_THAT(table.out, AllOf(HasSubstr("useful MACs"), HasSubstr("3 networks, 1.5 epochs each"),
                               HasSubstr("Draws rejected: "), HasSubstr("learning_rate        guessed"),
                               HasSubstr("stride               stated")));
  const json plan = json::parse(mayfly({"plan", folder, "-n", "20", "--json"}).out);
  ASSERT_EQ(plan.at("networks").size(), 20u);
  std::set<std::string> ids;
  double seconds = 0;
  for (const json& network : plan.at("networks")) {
    ids.insert(network.at("id"));
    seconds += network.at("seconds").get<double>();
    EXPECT_LE(network.at("useful_macs_per_image"), 200000);
    EXPECT_LE(network.at("useful_macs_per_image"), network.at("nominal_macs_per_image"));
  }
  EXPECT_EQ(ids.size(), 20u);
  EXPECT_EQ(*ids.begin(), "2026_01_02_03_04_05_000000");
  EXPECT_DOUBLE_EQ(plan.at("total_seconds"), seconds);
}

TEST_F(TinyCampaign, RunsToItsEndAndThenHasNothingToDo) {
  const Outcome first = run({"--jobs", "2"});
  EXPECT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(first.out, IsEmpty());
  EXPECT_THAT(first.err, AllOf(HasSubstr("3 networks: 0 complete, 3 to train"), HasSubstr("3 of 3 networks"),
                               Not(HasSubstr("\r"))));
  const std::vector<fs::path> tables = tables_of(folder);
  ASSERT_EQ(tables.size(), 3u);
  for (const fs::path& file : tables) {
    const Table table = read_table(file);
    EXPECT_EQ(table.points.size(), 3u);
    EXPECT_EQ(table_text(table), read_text(file));
    EXPECT_EQ(file.parent_path().filename(), "FashionMNIST-trial");
  }
  const Outcome second = run();
  EXPECT_EQ(second.exit_code, 0) << second.err;
  EXPECT_THAT(second.err, HasSubstr("all complete"));
}

TEST_F(TinyCampaign, StatusCountsAndComparesWithThePlan) {
  const json before = json::parse(mayfly({"status", folder, "--json"}).out);
  EXPECT_EQ(before.at("planned"), 3);
  ASSERT_EQ(run().exit_code, 0);
  const json after = json::parse(mayfly({"status", folder, "--json"}).out);
  EXPECT_EQ(after.at("complete"), 3);
  EXPECT_EQ(after.at("planned"), 0);
  EXPECT_EQ(after.at("running"), 0);
  EXPECT_EQ(after.at("estimates").at("networks"), 3);
  EXPECT_GT(after.at("estimates").at("seconds"), 0);
  const Outcome text = mayfly({"status", folder});
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.out, AllOf(HasSubstr("3 networks"), HasSubstr("of 3 complete networks took between")));
  const Outcome watched = mayfly({"status", folder, "--watch", "60"});  // nothing is left to wait for
  EXPECT_EQ(watched.exit_code, 0);
  EXPECT_EQ(watched.out, text.out);
}

TEST_F(TinyCampaign, JsonProgressIsOneObjectPerLine) {
  const Outcome events = mayfly({"run", folder, "--data-root", data, "--progress", "json"});
  ASSERT_EQ(events.exit_code, 0) << events.err;
  std::istringstream lines(events.err);
  std::map<std::string, int> seen;
  for (std::string line; std::getline(lines, line);) ++seen[json::parse(line).at("event")];
  EXPECT_EQ(seen["campaign"], 1);
  EXPECT_EQ(seen["finished"], 3);
  EXPECT_EQ(seen["half_epoch"], 9);
}

TEST_F(TinyCampaign, ProgressCanBeSilent) {
  const Outcome outcome = mayfly({"run", folder, "--data-root", data, "--progress", "none"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out + outcome.err, IsEmpty());
}

TEST_F(TinyCampaign, TtyProgressRedrawsItsLines) {
  const Outcome outcome = mayfly({"run", folder, "--data-root", data, "--progress", "tty"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("\x1b["), HasSubstr("finished in")));
}

TEST_F(TinyCampaign, OneNetworkTrainsLikeInTheCampaign) {
  ASSERT_EQ(run().exit_code, 0);
  const fs::path again = scratch.path() / "again";
  const Outcome outcome = mayfly({"train", folder, "--index", "1", "--data-root", data, "--output", again});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("trainLoss"));
  const fs::path table = tables_of(folder).at(1);
  EXPECT_EQ(read_text(again / table.filename()), read_text(table));
}

TEST_F(TinyCampaign, SettingsAreLockedIn) {
  ASSERT_EQ(run({"--set", "train.epochs=0.5"}).exit_code, 0);
  const Outcome other = run();
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.err, HasSubstr("train.epochs"));
}

TEST_F(TinyCampaign, AnInterruptEndsWith75AndTheSameCommandGoesOn) {
  const std::vector<std::string> command = {"run", folder,       "--data-root", data,    "--jobs",
                                            "1",   "--progress", "json",        "--set", "train.epochs=100"};
  const Outcome first = mayfly(command, {.interrupt_at = "\"half_epoch\""});
  EXPECT_EQ(first.exit_code, 75) << first.err;
  const json status = json::parse(mayfly({"status", folder, "--json"}).out);
  EXPECT_EQ(status.at("running"), 0);
  EXPECT_EQ(status.at("interrupted"), 1);
  EXPECT_EQ(status.at("planned"), 2);
  EXPECT_THAT(tables_of(folder), IsEmpty());
  EXPECT_EQ(mayfly(command).exit_code, 0);
  EXPECT_EQ(tables_of(folder).size(), 3u);
}

TEST_F(TinyCampaign, IsPlotted) {
  ASSERT_EQ(run().exit_code, 0);
  const fs::path svg = scratch.path() / "curves.svg";
  const Outcome outcome = mayfly({"plot", folder, "--svg", svg, "--width", "100"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("accuracy"), Not(HasSubstr("\x1b["))));
  EXPECT_THAT(read_text(svg), testing::StartsWith("<"));
}

TEST_F(TinyCampaign, TheSecondInitIsRefused) {
  const Outcome outcome = mayfly({"init", folder});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("there is a campaign already"));
}

TEST_F(TinyCampaign, ADeviceThatIsNotThereIsNamed) {
  const Outcome outcome = run({"--device", "cuda:999"});  // no CUDA, no driver, or no such GPU
  EXPECT_EQ(outcome.exit_code, 6);
  EXPECT_THAT(outcome.err, testing::AnyOf(HasSubstr("mayfly: cuda: "), HasSubstr("no cuda:999")));
  EXPECT_FALSE(fs::exists(folder / "campaign.lock.toml"));
}

}  // namespace
}  // namespace mayfly
