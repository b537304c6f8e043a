// The order of the images: known answers from an independent Philox and Fisher-Yates in a few lines of
// Python.
#include "data/batch_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace mayfly {
namespace {

using Order = std::vector<std::uint32_t>;

TEST(BatchOrder, KnownAnswers) {
  EXPECT_EQ(batch_order(20220101, 0, 12), (Order{7, 6, 8, 10, 0, 4, 9, 2, 5, 11, 3, 1}));
  EXPECT_EQ(batch_order(20220101, 3, 12), (Order{3, 9, 8, 10, 0, 6, 7, 4, 1, 11, 2, 5}));
}

TEST(BatchOrder, KnownAnswerOfAWholeEpoch) {
  const Order order = batch_order(7, 39, 50000);
  EXPECT_EQ(Order(order.begin(), order.begin() + 6), (Order{49606, 46960, 15357, 14805, 42449, 34114}));
  std::uint64_t weighted = 0;
  for (std::uint64_t i = 0; i < order.size(); ++i) weighted += (i + 1) * order[i];
  EXPECT_EQ(weighted, 31284401298182U);
}

TEST(BatchOrder, IsAPermutation) {
  for (const std::uint32_t count : {1U, 2U, 3U, 4U, 5U, 100U, 60000U}) {
    Order order = batch_order(99, 1, count), all(count);
    std::iota(all.begin(), all.end(), 0U);
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, all) << count;
  }
  EXPECT_TRUE(batch_order(99, 1, 0).empty());
}

TEST(BatchOrder, DependsOnSeedAndEpochAlone) {
  EXPECT_EQ(batch_order(5, 2, 1000), batch_order(5, 2, 1000));
  std::vector<Order> orders;
  for (const std::uint32_t seed : {0U, 1U, 0xffffffffU})
    for (std::uint32_t epoch = 0; epoch < 40; ++epoch) orders.push_back(batch_order(seed, epoch, 1000));
  std::sort(orders.begin(), orders.end());
  EXPECT_EQ(std::adjacent_find(orders.begin(), orders.end()), orders.end());
}

TEST(BatchOrder, EveryPlaceIsEquallyLikely) {
  constexpr std::uint32_t kCount = 5, kEpochs = 20000;
  std::vector<std::uint32_t> seen(kCount * kCount);
  for (std::uint32_t epoch = 0; epoch < kEpochs; ++epoch) {
    const Order order = batch_order(1, epoch, kCount);
    for (std::uint32_t place = 0; place < kCount; ++place) ++seen[place * kCount + order[place]];
  }
  double chi_square = 0;
  const double expected = static_cast<double>(kEpochs) / kCount;
  for (const std::uint32_t count : seen) chi_square += (count - expected) * (count - expected) / expected;
  EXPECT_LT(chi_square, 39.25);  // 16 degrees of freedom, p = 0.001
}

TEST(BatchPlan, TheLastIncompleteBatchIsDropped) {
  EXPECT_EQ(batch_plan(50000, 186).batches, 268U);  // halves of 134, as in the published tables
  EXPECT_EQ(batch_plan(50000, 186).first_half(), 134U);
  EXPECT_EQ(batch_plan(50000, 152).first_half(), 164U);
  EXPECT_EQ(batch_plan(50000, 49).batches, 1020U);
  EXPECT_EQ(batch_plan(50000, 25).first_half(), 1000U);
  EXPECT_EQ(batch_plan(10000, 186).batches, 53U);
  EXPECT_EQ(batch_plan(24, 25).batches, 0U);
  EXPECT_EQ(batch_plan(25 * 3, 25).first_half(), 1U);  // the odd batch belongs to the second half
}

}  // namespace
}  // namespace mayfly
