// The published tables are not part of the repository: MAYFLY_TEST_PUBLISHED names a folder that holds some.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "loss_digits.h"
#include "recorder/number_text.h"
#include "recorder/table.h"

namespace mayfly {
namespace {

// Both sets of CIFAR-100.
constexpr int kTrainImages = 50000;
constexpr int kTestImages = 10000;

class PublishedTables : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("MAYFLY_TEST_PUBLISHED");
    if (folder == nullptr) GTEST_SKIP() << "MAYFLY_TEST_PUBLISHED names no folder of published tables";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".txt") paths_.push_back(entry.path());
    }
    ASSERT_FALSE(paths_.empty()) << folder << " holds no table";
  }

  /// Those of CIFAR-100, whose counts the tests below use.
  std::vector<Table> cifar_tables() const {
    std::vector<Table> tables;
    for (const auto& path : paths_) {
      tables.push_back(read_table(path));
      if (tables.back().spec.dataset != "CIFAR100") tables.pop_back();
    }
    EXPECT_FALSE(tables.empty()) << "no table of CIFAR100";
    return tables;
  }

  std::vector<std::filesystem::path> paths_;
};

TEST_F(PublishedTables, AreWrittenAsTheyWereRead) {
  for (const auto& path : paths_) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_EQ(table_text(parse_table(text.str(), path.string())), text.str()) << path;
  }
}

TEST_F(PublishedTables, AccuracyIsHundredTimesCorrectOverSeen) {
  for (const Table& table : cifar_tables()) {
    const int seen = kTestImages / table.spec.batch_size * table.spec.batch_size;
    for (const Point& point : table.points) {
      const double correct = std::nearbyint(point.val_acc * seen / 100.0);
      EXPECT_EQ(number_text(100.0 * correct / seen), number_text(point.val_acc))
          << table.spec.id << " epoch " << point.epoch;
    }
  }
}

TEST_F(PublishedTables, ValidationLossIsSumOverBatchesPlusOne) {
  for (const Table& table : cifar_tables()) {
    const int batches = kTestImages / table.spec.batch_size;
    int others = 0;
    for (const Point& point : table.points) {
      EXPECT_TRUE(is_sum_of_losses(point.val_loss, batches + 1, 23))
          << table.spec.id << " epoch " << point.epoch;
      others += is_sum_of_losses(point.val_loss, batches, 23) ? 1 : 0;
    }
    EXPECT_LT(others, 4) << table.spec.id;
  }
}

TEST_F(PublishedTables, TrainingLossIsMeanOverHalfEpoch) {
  for (const Table& table : cifar_tables()) {
    const int batches = kTrainImages / table.spec.batch_size;
    if (batches % 2 != 0) continue;  // how an odd number was split is not known
    int others = 0;
    for (const Point& point : table.points) {
      EXPECT_TRUE(is_sum_of_losses(point.train_loss, batches / 2, 25))
          << table.spec.id << " epoch " << point.epoch;
      others += is_sum_of_losses(point.train_loss, batches / 2 + 1, 25) ? 1 : 0;
    }
    EXPECT_LT(others, 4) << table.spec.id;
  }
}

}  // namespace
}  // namespace mayfly
