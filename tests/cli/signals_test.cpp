#include "cli/signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/deadline.h"
#include "cli/share.h"
#include "core/error.h"
#include "tests/support/scratch_folder.h"

namespace mayfly::cli {
namespace {

using std::chrono::seconds;
using std::chrono::system_clock;

class SignalsDeathTest : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(SignalsDeathTest, EachAsksToStop) {
  for (const int number : {SIGINT, SIGTERM, SIGUSR1, SIGHUP})
    EXPECT_EXIT(
        {
          watch_signals();
          const bool before = signalled();
          raise(number);
          _exit(!before && signalled() ? 7 : 1);
        },
        testing::ExitedWithCode(7), "");
}

TEST_F(SignalsDeathTest, WhenTheGraceIsOverTheProcessEnds) {
  EXPECT_EXIT(
      {
        watch_signals(seconds(1));
        raise(SIGUSR1);
        for (;;) pause();
      },
      testing::ExitedWithCode(75), "");
}

TEST_F(SignalsDeathTest, TheSecondEndsItAtOnce) {
  EXPECT_EXIT(
      {
        watch_signals();
        raise(SIGINT);
        raise(SIGTERM);
      },
      testing::KilledBySignal(SIGTERM), "");
}

TEST_F(SignalsDeathTest, AWarningAndTheEndAreNotTwo) {  // as batch systems send them
  EXPECT_EXIT(
      {
        watch_signals();
        for (const int number : {SIGUSR1, SIGUSR1, SIGHUP, SIGTERM}) raise(number);
        _exit(7);
      },
      testing::ExitedWithCode(7), "");
}

TEST_F(SignalsDeathTest, NohupIsRespected) {
  EXPECT_EXIT(
      {
        std::signal(SIGHUP, SIG_IGN);
        watch_signals();
        raise(SIGHUP);
        _exit(signalled() ? 1 : 7);
      },
      testing::ExitedWithCode(7), "");
}

TEST_F(SignalsDeathTest, AReaderOfTheOutputThatEndsIsNoEnd) {  // `tee`, to which Ctrl-C goes too
  EXPECT_EXIT(
      {
        watch_signals();
        raise(SIGPIPE);
        _exit(signalled() ? 1 : 7);
      },
      testing::ExitedWithCode(7), "");
}

TEST_F(SignalsDeathTest, ATimeStopsToo) {
  EXPECT_EXIT(
      {
        watch_signals(seconds(1));
        stop_at(std::chrono::steady_clock::now() + seconds(100));
        if (signalled()) _exit(1);
        stop_at(std::chrono::steady_clock::now());
        while (signalled()) pause();  // and the grace begins
      },
      testing::ExitedWithCode(75), "");
}

TEST(DeadlineTest, DurationsAndTimes) {
  const WallTime now = system_clock::from_time_t(1'000'000);
  EXPECT_EQ(parse_deadline("3600", now), now + seconds(3600));
  EXPECT_EQ(parse_deadline("1h30m", now), now + seconds(5400));
  EXPECT_EQ(parse_deadline("1d2h3m4s", now), now + seconds(86400 + 7384));
  EXPECT_EQ(parse_deadline("2026-01-02T03:04:05Z", now), system_clock::from_time_t(1767323045));
  for (const char* wrong : {"", "soon", "1h30", "-5", "1x", "h", "2026-01-02", "2026-01-02T03:04:05+1", "1e3",
                            "99999999999999999999", "9000000000d", "9999-01-01T00:00:00Z"})
    EXPECT_THROW(parse_deadline(wrong, now), UsageError) << wrong;
}

/// Variables of the environment for the time of a test.
class SlurmTest : public testing::Test {
 protected:
  ~SlurmTest() override {
    for (const std::string& name : names_) unsetenv(name.c_str());
  }
  void set(const std::string& name, const std::string& value) {
    setenv(name.c_str(), value.c_str(), 1);
    names_.push_back(name);
  }

 private:
  std::vector<std::string> names_;
};

TEST_F(SlurmTest, TheEarlierEndCounts) {
  EXPECT_FALSE(find_deadline(""));
  set("SLURM_JOB_END_TIME", "2000000000");
  EXPECT_EQ(find_deadline(""), system_clock::from_time_t(2'000'000'000));
  EXPECT_EQ(find_deadline("2030-01-01T00:00:00Z"), system_clock::from_time_t(1'893'456'000));
  EXPECT_EQ(find_deadline("2040-01-01T00:00:00Z"), system_clock::from_time_t(2'000'000'000));
}

/// Where Slurm says no end: an squeue that knows one job and nothing of the array's others.
TEST_F(SlurmTest, SqueueTellsTheTimeThatIsLeft) {
  const ScratchFolder scratch;
  const std::filesystem::path squeue = scratch.path() / "squeue";
  std::ofstream(squeue) << "#!/bin/sh\n[ \"$*\" = '-h -j 12_3 -o %L' ] && echo 1-00:10:00\n";
  std::filesystem::permissions(squeue, std::filesystem::perms::owner_all);
  const std::string path = std::getenv("PATH");
  setenv("PATH", (scratch.path().string() + ":" + path).c_str(), 1);
  set("SLURM_JOB_ID", "15");
  EXPECT_FALSE(find_deadline(""));
  set("SLURM_ARRAY_JOB_ID", "12");
  set("SLURM_ARRAY_TASK_ID", "3");
  const WallTime now = system_clock::now();
  const auto found = find_deadline("");
  setenv("PATH", path.c_str(), 1);
  ASSERT_TRUE(found);
  EXPECT_GE(*found, now + seconds(87000));
  EXPECT_LE(*found, now + seconds(87020));
}

TEST_F(SlurmTest, ShareIsThePlaceInTheArrayAndTheJob) {
  EXPECT_EQ(find_share("").count, 1);
  set("SLURM_ARRAY_TASK_ID", "12");
  set("SLURM_ARRAY_TASK_MIN", "10");
  set("SLURM_ARRAY_TASK_COUNT", "4");
  EXPECT_EQ(find_share("").index, 2);
  EXPECT_EQ(find_share("").count, 4);
  set("SLURM_ARRAY_TASK_ID", "30");
  set("SLURM_ARRAY_TASK_STEP", "10");
  EXPECT_EQ(find_share("").index, 2);
  set("SLURM_PROCID", "1");
  set("SLURM_NTASKS", "3");
  EXPECT_EQ(find_share("").index, 7);
  EXPECT_EQ(find_share("").count, 12);
  EXPECT_EQ(find_share("2/5").index, 1);
  EXPECT_EQ(find_share("2/5").count, 5);
}

TEST(ShareTest, OthersAreRefused) {
  for (const char* wrong : {"0/3", "4/3", "1", "1/", "/3", "a/b", "1/3/5", "-1/3", "1/9999999"})
    EXPECT_THROW(find_share(wrong), UsageError) << wrong;
}

}  // namespace
}  // namespace mayfly::cli
