#include "trainer/claims.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <barrier>
#include <csignal>
#include <deque>
#include <fstream>

#include "core/error.h"
#include "recorder/durable_file.h"
#include "recorder/output_file.h"
#include "tests/support/scratch_folder.h"
#include "trainer/claim_file.h"
#include "trainer/claim_leftovers.h"

namespace mayfly {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Time = std::chrono::steady_clock::time_point;
using testing::IsEmpty;

const std::string kId = "2021_02_15_13_55_26_539263";

/// A process of another machine: whether it lives cannot be known from here.
ProcessIdentity stranger(const std::string& host) {
  return {.host = host, .place = "another boot", .pid = 4711, .start = 1};
}

/// A machine's monotonic clock, which a test moves.
struct FakeClock {
  Time time;
  void pass(milliseconds duration) { time += duration; }
};

class ClaimsTest : public testing::Test {
 protected:
  /// Claims of a process on `host` that beat when the test says so.
  ClaimOptions on(const std::string& host, FakeClock& clock, seconds lease = seconds(90)) const {
    return {.heartbeat = milliseconds(0), .lease = lease, .process = stranger(host), .now = [&clock] {
              return clock.time;
            }};
  }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(work_folder(folder)))
      names.push_back(entry.path().filename());
    return names;
  }

  /// Runs in a process of its own, which is killed when it has said that it is ready.
  template <class Body>
  void kill_in_the_midst_of(const Body& body) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    const pid_t child = fork();
    if (child == 0) {
      body();
      [[maybe_unused]] const ssize_t said = write(ends[1], "r", 1);
      for (;;) pause();
    }
    char ready = 0;
    ASSERT_EQ(read(ends[0], &ready, 1), 1);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    close(ends[0]);
    close(ends[1]);
  }

  ScratchFolder scratch;
  const std::filesystem::path folder = scratch.path() / "campaign";
  FakeClock clock_a{Time(minutes(1000))}, clock_b{Time(minutes(1010))};  // ten minutes apart
};

TEST_F(ClaimsTest, OneHoldsItUntilItIsGivenBack) {
  Claims a(folder, on("a", clock_a)), b(folder, on("b", clock_b));
  std::shared_ptr<Claim> claim = a.try_claim(kId);
  ASSERT_TRUE(claim);
  EXPECT_FALSE(b.try_claim(kId));
  EXPECT_EQ(b.holder(kId)->host, "a");
  EXPECT_EQ(read_claims(folder).at(kId).owner.pid, 4711);
  claim.reset();
  EXPECT_THAT(files(), IsEmpty());
  EXPECT_FALSE(b.holder(kId));
  EXPECT_TRUE(b.try_claim(kId));
}

TEST_F(ClaimsTest, OfManyAtTheSameMomentOneWins) {
  constexpr int kThreads = 16;
  for (int round = 0; round < 50; ++round) {
    std::deque<Claims> rivals;
    for (int i = 0; i < kThreads; ++i) rivals.emplace_back(folder, on("host" + std::to_string(i), clock_a));
    std::barrier together(kThreads);
    std::vector<std::shared_ptr<Claim>> won(kThreads);
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < kThreads; ++i)
        threads.emplace_back([&, i] {
          together.arrive_and_wait();
          won[i] = rivals[i].try_claim(kId);
        });
    }
    EXPECT_EQ(std::count_if(won.begin(), won.end(), [](const auto& claim) { return claim != nullptr; }), 1);
  }
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(ClaimsTest, ABeatingClaimIsNeverStaleWhateverTheClocksSay) {
  Claims a(folder, on("a", clock_a)), b(folder, on("b", clock_b));
  const std::shared_ptr<Claim> claim = a.try_claim(kId);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(b.try_claim(kId));
    a.beat();
    clock_b.pass(seconds(89));
  }
  EXPECT_FALSE(claim->lost());
}

TEST_F(ClaimsTest, ASilentClaimIsTakenOverAfterItsLeaseOnTheReadersClock) {
  Claims a(folder, on("a", clock_a)), b(folder, on("b", clock_b));
  const std::shared_ptr<Claim> silent = a.try_claim(kId);
  EXPECT_FALSE(b.try_claim(kId));  // seen for the first time
  clock_a.pass(minutes(60));       // the owner's clock is nobody's business
  clock_b.pass(milliseconds(89'999));
  EXPECT_FALSE(b.try_claim(kId));
  clock_b.pass(milliseconds(1));
  const std::shared_ptr<Claim> taken = b.try_claim(kId);
  ASSERT_TRUE(taken);
  EXPECT_EQ(read_claims(folder).at(kId).owner.host, "b");
  EXPECT_FALSE(silent->lost());  // it does not know yet
  a.beat();
  b.beat();
  EXPECT_TRUE(silent->lost());
  EXPECT_FALSE(taken->lost());
}

TEST_F(ClaimsTest, TheOwnersLeaseCounts) {
  Claims patient(folder, on("a", clock_a, seconds(600))), hasty(folder, on("b", clock_b, seconds(1)));
  const std::shared_ptr<Claim> claim = patient.try_claim(kId);
  EXPECT_FALSE(hasty.try_claim(kId));
  clock_b.pass(seconds(599));
  EXPECT_FALSE(hasty.try_claim(kId));
  clock_b.pass(seconds(1));
  EXPECT_TRUE(hasty.try_claim(kId));
}

TEST_F(ClaimsTest, ALostClaimIsNotGivenBackInTheNewOwnersPlace) {
  Claims a(folder, on("a", clock_a)), b(folder, on("b", clock_b));
  std::shared_ptr<Claim> silent = a.try_claim(kId);
  b.try_claim(kId);
  clock_b.pass(seconds(90));
  const std::shared_ptr<Claim> taken = b.try_claim(kId);
  silent.reset();
  EXPECT_EQ(read_claims(folder).at(kId).owner.host, "b");
}

TEST_F(ClaimsTest, AnOwnerThatWasSilentForALeaseDoesNotComeBackAfterItsSuccessor) {
  Claims a(folder, on("a", clock_a)), b(folder, on("b", clock_b));
  const std::shared_ptr<Claim> silent = a.try_claim(kId);
  b.try_claim(kId);
  clock_a.pass(seconds(90));
  clock_b.pass(seconds(90));
  ASSERT_TRUE(b.try_claim(kId));  // and given back
  silent->beat();
  EXPECT_TRUE(silent->lost());
  EXPECT_TRUE(read_claims(folder).empty());
}

TEST_F(ClaimsTest, OnesOwnClaimThatCouldNotBeGivenBackIsTakenAgain) {
  Claims a(folder, on("a", clock_a));
  std::shared_ptr<Claim> claim = a.try_claim(kId);
  const std::string line = *read_if_there(claim_path(folder, kId));
  claim.reset();
  std::ofstream(claim_path(folder, kId)) << line;
  EXPECT_TRUE(a.try_claim(kId));
}

TEST_F(ClaimsTest, ManyWhoTakeAStaleClaimOverEndWithOneOwner) {
  constexpr int kThreads = 8;
  for (int round = 0; round < 50; ++round) {
    Claims silent(folder, on("silent", clock_a));
    const std::shared_ptr<Claim> stale = silent.try_claim(kId);
    std::deque<Claims> rivals;
    for (int i = 0; i < kThreads; ++i) rivals.emplace_back(folder, on("host" + std::to_string(i), clock_b));
    for (Claims& rival : rivals) EXPECT_FALSE(rival.try_claim(kId));
    clock_b.pass(seconds(90));
    std::barrier together(kThreads);
    std::vector<std::shared_ptr<Claim>> won(kThreads);
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < kThreads; ++i)
        threads.emplace_back([&, i] {
          together.arrive_and_wait();
          won[i] = rivals[i].try_claim(kId);
        });
    }
    for (Claims& rival : rivals) rival.beat();
    EXPECT_EQ(
        std::count_if(won.begin(), won.end(), [](const auto& claim) { return claim && !claim->lost(); }), 1);
    silent.beat();
    EXPECT_TRUE(stale->lost());
  }
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(ClaimsTest, AFreshClaimThatWasTakenForAStaleOneIsPutBack) {
  Claims a(folder, on("a", clock_a));
  const std::shared_ptr<Claim> claim = a.try_claim(kId);
  EXPECT_FALSE(take_over_claim(claim_path(folder, kId), "what was there before"));
  EXPECT_EQ(read_claims(folder).at(kId).owner.host, "a");
  EXPECT_EQ(files().size(), 1u);
  std::filesystem::remove(claim_path(folder, kId));  // in the moment between
  a.beat();
  EXPECT_FALSE(claim->lost());
  EXPECT_EQ(read_claims(folder).at(kId).owner.host, "a");
}

TEST_F(ClaimsTest, AKilledProcessOfThisMachineIsKnownAtOnce) {
  kill_in_the_midst_of([&] {
    static Claims claims(folder, {.heartbeat = milliseconds(0)});
    static const std::shared_ptr<Claim> claim = claims.try_claim(kId);
  });
  ASSERT_EQ(files().size(), 1u);
  EXPECT_TRUE(known_dead(read_claims(folder).at(kId).owner));
  Claims claims(folder);
  EXPECT_TRUE(claims.try_claim(kId));
}

TEST_F(ClaimsTest, ALivingProcessIsNotDead) {
  ProcessIdentity self = this_process();
  EXPECT_FALSE(known_dead(self));
  ++self.start;  // the number was given to another process
  EXPECT_TRUE(known_dead(self));
  self.place = "another boot";  // or another machine of the same name
  EXPECT_FALSE(known_dead(self));
}

TEST_F(ClaimsTest, AClaimThatSaysNothingIsTakenOverAfterALease) {
  Claims b(folder, on("b", clock_b));
  std::ofstream(claim_path(folder, kId)).close();  // its owner was killed before it wrote
  EXPECT_FALSE(b.try_claim(kId));
  EXPECT_FALSE(b.holder(kId));
  EXPECT_THAT(read_claims(folder), IsEmpty());
  clock_b.pass(seconds(90));
  EXPECT_TRUE(b.try_claim(kId));
}

TEST(ClaimText, NumbersThatAreNoIntegersOfTheirKindSayNothing) {
  const auto line = [](const char* pid, const char* start, const char* lease) {
    return fmt::format(
        R"({{"host":"h","place":"p","pid":{},"start":{},"token":"t","lease":{},"beat":"00000000000000000042"}})",
        pid, start, lease);
  };
  ASSERT_TRUE(parse_claim(line("1", "2", "3")));
  for (const char* pid : {"6.7e95", "1.5", "9223372036854775808", "\"1\""})
    EXPECT_FALSE(parse_claim(line(pid, "2", "3"))) << pid;
  for (const char* start : {"-1", "2.5", "1e30"}) EXPECT_FALSE(parse_claim(line("1", start, "3"))) << start;
  for (const char* lease : {"1e30", "0.5", "null"}) EXPECT_FALSE(parse_claim(line("1", "2", lease))) << lease;
}

TEST_F(ClaimsTest, TheHeartbeatRunsByItselfAndKeepsTheLength) {
  Claims claims(folder, {.heartbeat = milliseconds(1)});
  const std::shared_ptr<Claim> first = claims.try_claim(kId), second = claims.try_claim("another");
  const std::size_t length = read_whole_file(claim_path(folder, kId)).size();
  const auto beats = [&](const std::string& id) {
    const auto all = read_claims(folder);
    return all.contains(id) ? all.at(id).beat : 0;
  };
  while (beats(kId) < 3 || beats("another") < 3) std::this_thread::sleep_for(milliseconds(1));
  EXPECT_EQ(read_whole_file(claim_path(folder, kId)).size(), length);
}

TEST_F(ClaimsTest, LeftoversOfTheDeadAreRemovedAndThoseOfTheLivingStay) {
  kill_in_the_midst_of([&] {
    static Claims claims(folder, {.heartbeat = milliseconds(0)});
    static const std::shared_ptr<Claim> claim = claims.try_claim("dead");
    const std::string mine = "." + host_name() + "-" + std::to_string(getpid()) + "-0.part";
    std::ofstream(work_folder(folder) / (".n.ckpt" + mine)).close();
  });
  Claims living(folder), a(folder, on("a", clock_a));
  const std::shared_ptr<Claim> ours = living.try_claim("living"), theirs = a.try_claim("theirs");
  const std::string mine = "." + host_name() + "-" + std::to_string(getpid()) + "-0.part";
  for (const std::string name :
       {"complete.ckpt", "n.ckpt", ".complete.ckpt.x-1-2.part", ".n.ckpt.x-1-2.part"})
    std::ofstream(work_folder(folder) / name).close();
  std::ofstream(work_folder(folder) / (".n.ckpt" + mine)).close();
  remove_leftovers(folder, {}, [](const std::string& id) { return id == "complete"; });
  EXPECT_THAT(files(), testing::UnorderedElementsAre("living.claim", "theirs.claim", "n.ckpt",
                                                     ".n.ckpt.x-1-2.part", ".n.ckpt" + mine));
}

TEST_F(ClaimsTest, AFolderThatCannotBeMadeIsNamed) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "work").close();
  EXPECT_THROW(Claims{folder}, DataError);
}

}  // namespace
}  // namespace mayfly
