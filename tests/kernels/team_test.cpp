#include "kernels/cpu/team.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace mayfly::cpu {
namespace {

TEST(Team, DoesEveryItemOnceRoundAfterRound) {
  Team team(4);
  for (int round = 0; round < 2000; ++round) {
    std::vector<int> done(static_cast<std::size_t>(round % 37));
    std::atomic<bool> threads_ok{true};
    team.for_each(static_cast<int>(done.size()), [&](int item, int thread) {
      ++done[static_cast<std::size_t>(item)];
      if (thread < 0 || thread >= 4) threads_ok = false;
    });
    for (const int times : done) ASSERT_EQ(times, 1) << "round " << round;
    ASSERT_TRUE(threads_ok);
  }
}

TEST(Team, PartsCoverEverythingOnce) {
  for (int count = 0; count < 40; ++count) {
    for (int parts = 1; parts < 9; ++parts) {
      int at = 0;
      for (int part = 0; part < parts; ++part) {
        const Part p = part_of(count, part, parts);
        ASSERT_EQ(p.begin, at);
        at = p.end;
      }
      ASSERT_EQ(at, count);
    }
  }
}

}  // namespace
}  // namespace mayfly::cpu
