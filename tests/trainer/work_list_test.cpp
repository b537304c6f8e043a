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
  WorkList work(networks({1, 5, 3, 5}), {}, open_devices("cpu"));
  std::vector<std::uint32_t> order;
  while (const auto item = work.take(0)) {
    order.push_back(item->network->index);
    work.done(*item);
  }
  EXPECT_THAT(order, testing::ElementsAre(1, 3, 2, 0));
}

TEST(WorkListTest, AShareIsWhereOneBegins) {
  WorkList work(networks({6, 5, 4, 3, 2, 1}), {}, open_devices("cpu"), {.index = 1, .count = 3});
  std::vector<std::uint32_t> order;
  while (const auto item = work.take(0)) {
    order.push_back(item->network->index);
    work.done(*item);
  }
  EXPECT_THAT(order, testing::ElementsAre(1, 4, 2, 5, 0, 3));
}

TEST(WorkListTest, WhatAnotherHasComesBackBehindTheOthers) {
  WorkList work(networks({3, 2, 1}), {}, open_devices("cpu"));
  std::vector<std::uint32_t> order;
  int put_off = 0;
  while (const auto item = work.take(0)) {
    order.push_back(item->network->index);
    EXPECT_EQ(item->put_off, item->network->index == 0 ? put_off : 0);
    if (item->network->index == 0 && put_off++ < 2)
      work.put_off(*item);
    else
      work.done(*item);
  }
  EXPECT_THAT(order, testing::ElementsAre(0, 1, 2, 0, 0));
}

TEST(WorkListTest, CoresAreSharedAmongThoseThatAreLeft) {
  WorkList work(networks({4, 3, 2, 1}), {.cores = 6, .jobs = 3}, open_devices("cpu"));
  const auto first = work.take(0), second = work.take(0), third = work.take(0);
  EXPECT_EQ(first->threads, 2);  // four left, three at once
  EXPECT_EQ(second->threads, 2);
  EXPECT_EQ(third->threads, 2);
  work.done(*first);
  work.done(*second);
  const auto last = work.take(0);
  EXPECT_EQ(last->threads, 3);  // two left
  work.done(*third);
  work.done(*last);
  EXPECT_FALSE(work.take(0));
}

TEST(WorkListTest, TheLastNetworkGetsAllCores) {
  WorkList work(networks({1}), {.cores = 8, .jobs = 8}, open_devices("cpu"));
  EXPECT_EQ(work.take(0)->threads, 8);
}

TEST(WorkListTest, MoreJobsThanCoresHaveOneEach) {
  WorkList work(networks({1, 1, 1}), {.cores = 2, .jobs = 3}, open_devices("cpu"));
  EXPECT_EQ(work.take(0)->threads, 1);
}

}  // namespace
}  // namespace mayfly
