#include "trainer/work_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mayfly {
namespace {

std::vector<CampaignNetwork> networks(const std::vector<double>& seconds) {
  std::vector<CampaignNetwork> list;
  for (const double estimate : seconds)
    list.push_back({.index = static_cast<std::uint32_t>(list.size()), .estimated_seconds = estimate});
  return list;
}

TEST(WorkListTest, LongestFirstEqualOnesInTheirOrder) {
  WorkList work(networks({1, 5, 3, 5}), {});
  std::vector<std::uint32_t> order;
  while (const auto item = work.take()) order.push_back(item->network->index);
  EXPECT_THAT(order, testing::ElementsAre(1, 3, 2, 0));
}

TEST(WorkListTest, CoresAreSharedAmongThoseThatAreLeft) {
  WorkList work(networks({4, 3, 2, 1}), {.cores = 6, .jobs = 3});
  EXPECT_EQ(work.take()->threads, 2);  // four left, three at once
  EXPECT_EQ(work.take()->threads, 2);
  EXPECT_EQ(work.take()->threads, 2);
  work.done();
  work.done();
  EXPECT_EQ(work.take()->threads, 3);  // two left
  EXPECT_FALSE(work.take());
}

TEST(WorkListTest, TheLastNetworkGetsAllCores) {
  WorkList work(networks({1}), {.cores = 8, .jobs = 8});
  EXPECT_EQ(work.take()->threads, 8);
}

TEST(WorkListTest, MoreJobsThanCoresHaveOneEach) {
  WorkList work(networks({1, 1, 1}), {.cores = 2, .jobs = 3});
  EXPECT_EQ(work.take()->threads, 1);
}

}  // namespace
}  // namespace mayfly
