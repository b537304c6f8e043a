#include "plot/summary.h"

#include <gtest/gtest.h>

#include "tests/plot/made_tables.h"

namespace mayfly {
namespace {

TEST(Summary, CountsByDataSet) {
  std::vector<Table> tables = {made_table("a", 90), made_table("b", 12), made_table("c", 20),
                               made_table("d", 1.5, 8, "CIFAR100", 100)};
  tables[1].points.back().train_loss = kNan;
  const std::vector<Summary> all = summaries(curves_of(tables));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].dataset, "CIFAR100");
  EXPECT_EQ(all[0].above_chance, 0U);
  EXPECT_EQ(all[1].networks, 3U);
  EXPECT_EQ(all[1].with_gaps, 1U);
  EXPECT_EQ(all[1].best, 90);
  EXPECT_EQ(all[1].median, 20);
  EXPECT_EQ(all[1].worst, 12);
  EXPECT_EQ(all[1].above_chance, 2U);
}

TEST(Summary, TextIsAligned) {
  EXPECT_EQ(summary_text(curves_of({made_table("a", 90), made_table("d", 1.5, 8, "CIFAR100", 100)})),
            "data set      networks  best %  median %  worst %  chance %  learned  nan/inf\n"
            "CIFAR100             1    1.50      1.50     1.50      1.00        0        0\n"
            "FashionMNIST         1   90.00     90.00    90.00     10.00        1        0\n"
            "Final validation accuracy. learned: at least twice the chance level.\n");
}

}  // namespace
}  // namespace mayfly
