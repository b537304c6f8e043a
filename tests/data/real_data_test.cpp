// The real data sets, where they are, against sums taken by a few independent lines of Python (gzip, struct).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "data/locate.h"

namespace mayfly {
namespace {

/// sum of (i mod 65521 + 1) * byte i: sees values and places.
std::uint64_t weighted_sum(const std::vector<std::uint8_t>& bytes) {
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < bytes.size(); ++i) sum += (i % 65521 + 1) * bytes[i];
  return sum;
}

std::uint64_t plain_sum(const std::vector<std::uint8_t>& bytes) {
  std::uint64_t sum = 0;
  for (const std::uint8_t byte : bytes) sum += byte;
  return sum;
}

void expect_balanced(const ImageSet& set, int classes) {
  std::vector<std::size_t> counts(static_cast<std::size_t>(classes));
  for (const std::uint8_t label : set.labels) ++counts.at(label);
  EXPECT_EQ(counts, std::vector<std::size_t>(counts.size(), set.count() / counts.size()));
}

TEST(RealData, FashionMnist) {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist"))
    GTEST_SKIP() << "Debian's package dataset-fashion-mnist is not installed";
  const Dataset dataset = load_dataset("FashionMNIST", {"/usr/share/datasets"});
  EXPECT_TRUE(dataset.official_counts);
  EXPECT_EQ(dataset.classes, 10);
  EXPECT_EQ(dataset.train.count(), 60000U);
  EXPECT_EQ(dataset.validation.count(), 10000U);
  EXPECT_EQ(dataset.train.image, (ImageShape{1, 28, 28}));
  expect_balanced(dataset.train, 10);
  expect_balanced(dataset.validation, 10);
  EXPECT_EQ(plain_sum(dataset.train.pixels), 3431114169U);
  EXPECT_EQ(weighted_sum(dataset.train.pixels), 112463966970509U);
  EXPECT_EQ(weighted_sum(dataset.train.labels), 8087486427U);
  EXPECT_EQ(plain_sum(dataset.validation.pixels), 573469082U);
  EXPECT_EQ(weighted_sum(dataset.validation.pixels), 18731464165863U);
  EXPECT_EQ(weighted_sum(dataset.validation.labels), 225777341U);
}

TEST(RealData, Cifar100) {
  const char* folder = std::getenv("MAYFLY_TEST_CIFAR100");
  if (folder == nullptr) GTEST_SKIP() << "MAYFLY_TEST_CIFAR100 names no folder with train.bin and test.bin";
  const Dataset dataset = load_dataset("CIFAR100", {folder});
  EXPECT_EQ(dataset.classes, 100);
  EXPECT_EQ(dataset.train.image, (ImageShape{3, 32, 32}));
  EXPECT_EQ(dataset.official_counts, dataset.train.count() == 50000 && dataset.validation.count() == 10000);
  expect_balanced(dataset.train, 100);
  expect_balanced(dataset.validation, 100);
  if (!dataset.class_names.empty()) {
    EXPECT_EQ(dataset.class_names.size(), 100U);
    EXPECT_TRUE(std::is_sorted(dataset.class_names.begin(), dataset.class_names.end()));
  }
}

}  // namespace
}  // namespace mayfly
