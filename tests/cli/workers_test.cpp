// Several `mayfly run` on one folder, some of them killed; signals and deadlines.
#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "process.h"
#include "program.h"
#include "tests/support/scratch_folder.h"
#include "tiny_campaign.h"
#include "trainer/claims.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;

class WorkersTest : public testing::Test {
 protected:
  void SetUp() override { write_tiny_fashion_mnist(data); }

  void init(const fs::path& where, int networks, const std::string& epochs = "1.5") const {
    std::vector<std::string> arguments = init_arguments(where, networks);
    arguments.insert(arguments.end(), {"--set", "train.epochs=" + epochs});
    const Outcome outcome = mayfly(arguments);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }

  std::vector<std::string> run(const fs::path& where, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"run", where,       "--data-root", data,         "--jobs",
                                          "1",   "--threads", "1",           "--progress", "json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  static std::map<std::string, std::string> texts(const fs::path& folder) {
    std::map<std::string, std::string> texts;
    for (const fs::path& table : tables_of(folder)) texts[table.filename()] = read_text(table);
    return texts;
  }

  /// All files below a folder but tables, journals and those of the campaign itself.
  static std::vector<std::string> leftovers(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      const std::string name = entry.path().filename();
      const bool wanted = name.ends_with(".txt") || name.ends_with(".jsonl") || name.ends_with(".toml") ||
                          name == "campaign.json";
      if (entry.is_regular_file() && (!wanted || name.starts_with('.'))) names.push_back(name);
    }
    return names;
  }

  struct Points {
    std::size_t all = 0, different = 0;
  };
  static Points points_of(const fs::path& folder) {
    Points points;
    std::set<std::pair<std::string, double>> seen;
    for (const auto& file : fs::directory_iterator(folder / "journal")) {
      std::ifstream lines(file.path());
      for (std::string line; std::getline(lines, line);) {
        const json event = json::parse(line, nullptr, false);
        if (!event.is_object() || event.at("event") != "point") continue;
        ++points.all;
        seen.emplace(event.at("id"), event.at("epoch"));
      }
    }
    points.different = seen.size();
    return points;
  }

  fs::path log(int number) const { return scratch.path() / ("log" + std::to_string(number)); }

  ScratchFolder scratch;
  const fs::path data = scratch.path() / "data";
  const fs::path folder = scratch.path() / "trial";
  const fs::path undisturbed = scratch.path() / "undisturbed";
};

TEST_F(WorkersTest, MessagesThatCannotBeWrittenChangeNothing) {
  init(folder, 2);
  std::vector<std::string> arguments = run(folder);
  arguments.back() = "plain";
  EXPECT_EQ(Process(arguments, "/dev/full").wait(), 0);
  EXPECT_EQ(tables_of(folder).size(), 2U);
}

TEST_F(WorkersTest, ThreeOnOneFolderTwoOfThemKilledAndRestarted) {
  init(folder, 60);
  init(undisturbed, 60);
  ASSERT_EQ(mayfly(run(undisturbed)).exit_code, 0);
  std::array<std::unique_ptr<Process>, 3> workers;
  const auto start = [&](std::size_t worker) {
    const int number = static_cast<int>(worker);
    workers[worker] =
        std::make_unique<Process>(run(folder, {"--share", std::to_string(number + 1) + "/3"}), log(number));
  };
  for (std::size_t worker = 0; worker < 3; ++worker) start(worker);
  std::mt19937 random(std::random_device{}());
  int kills = 0;
  for (const std::size_t victim : {1, 2, 1}) {  // each may cost the three points of one network
    if (!workers[victim]->wait_for("half_epoch", 1 + static_cast<int>(random() % 9))) continue;
    usleep(static_cast<useconds_t>(random() % 20'000));
    workers[victim]->signal(SIGKILL);
    kills += workers[victim]->wait() == 128 + SIGKILL;
    start(victim);
  }
  for (const auto& worker : workers) EXPECT_EQ(worker->wait(), 0) << worker->log();
  EXPECT_GE(kills, 2);
  EXPECT_EQ(texts(folder), texts(undisturbed));
  EXPECT_THAT(leftovers(folder), IsEmpty());
  const Points points = points_of(folder);
  EXPECT_EQ(points.different, 180u);
  EXPECT_LT(static_cast<double>(points.all - points.different), 0.05 * static_cast<double>(points.all));
  RecordProperty("points_written_twice", static_cast<int>(points.all - points.different));
}

TEST_F(WorkersTest, ASignalGives75AndTheNextRunFinishes) {
  init(folder, 3, "60");
  init(undisturbed, 3, "60");
  ASSERT_EQ(mayfly(run(undisturbed)).exit_code, 0);
  for (const int number : {SIGTERM, SIGUSR1, SIGHUP}) {
    Process process(run(folder), log(number));
    if (!process.wait_for("half_epoch", 3)) break;  // all were complete
    process.signal(number);
    EXPECT_EQ(process.wait(), 75) << process.log();
    for (const std::string& name : leftovers(folder)) EXPECT_THAT(name, testing::Not(HasSubstr(".claim")));
  }
  EXPECT_EQ(mayfly(run(folder)).exit_code, 0);
  EXPECT_EQ(texts(folder), texts(undisturbed));
  EXPECT_THAT(leftovers(folder), IsEmpty());
}

TEST_F(WorkersTest, ADeadlineGives75) {
  init(folder, 3);
  const Outcome outcome = mayfly(run(folder, {"--deadline", "10"}));  // less than it may take to stop
  EXPECT_EQ(outcome.exit_code, 75) << outcome.err;
  EXPECT_THAT(outcome.err, testing::Not(HasSubstr("started")));
  EXPECT_EQ(mayfly(run(folder, {"--deadline", "2h"})).exit_code, 0);
  EXPECT_EQ(mayfly(run(folder), {.environment = {"SLURM_JOB_END_TIME=1"}}).exit_code, 0);  // nothing to do
}

TEST_F(WorkersTest, WrongOptionsAreNamed) {
  init(folder, 1);
  for (const auto& [option, value] :
       {std::pair{"--deadline", "soon"}, {"--share", "3/2"}, {"--grace", "0"}}) {
    const Outcome outcome = mayfly(run(folder, {option, value}));
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_THAT(outcome.err, HasSubstr(option));
  }
}

TEST_F(WorkersTest, StatusSaysWhoTrainsWhat) {
  init(folder, 3);
  ProcessIdentity gone = this_process();
  ++gone.start;
  Claims living(folder), dead(folder, {.heartbeat = std::chrono::milliseconds(0), .process = gone});
  const auto ours = living.try_claim("2026_01_02_03_04_05_000000");
  const auto stale = dead.try_claim("2026_01_02_03_04_05_000002");
  const json status = json::parse(mayfly({"status", folder, "--json"}).out);
  EXPECT_EQ(status.at("running"), 1);
  EXPECT_EQ(status.at("interrupted"), 1);
  const json& networks = status.at("networks");
  EXPECT_EQ(networks[0].at("pid"), getpid());
  EXPECT_EQ(networks[0].at("host"), this_process().host);
  EXPECT_EQ(networks[0].at("stale"), false);
  EXPECT_EQ(networks[1].at("host"), nullptr);
  EXPECT_EQ(networks[2].at("stale"), true);
  const std::string process = this_process().host + ", process " + std::to_string(getpid());
  EXPECT_THAT(mayfly({"status", folder}).out,
              testing::AllOf(HasSubstr("running     2026_01_02_03_04_05_000000 (0) on " + process),
                             HasSubstr("; stale claim of " + process)));
}

}  // namespace
}  // namespace mayfly
