#include "recorder/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/error.h"
#include "loss_digits.h"
#include "random_spec.h"
#include "recorder/number_text.h"

namespace mayfly {
namespace {

using testing::HasSubstr;

const std::string kHeader =
    "epochs trainLoss valLoss valAcc ID random_seed train_GPU torch_set_deterministic dataset batch_size "
    "loss_fn "
    "optimizer learning_rate momentum dampening weight_decay layer_types dropout_rate convKernels "
    "convStrides "
    "convPaddings poolKernels poolStrides poolPaddings convFilters FC_dropout_rate FC_dropout_layers "
    "FCFilters";
const std::string kMetadata =
    "2030_01_02_03_04_05_000007 4000000000 False True CIFAR100 60 CrossEntropyLoss SGD 0.25 0.5 0 1.5e-05 "
    "7-1-2 0.25 "
    "5-3-1 2-1-1 0-4-2 3-2 2-1 1-0 12-34-56 0.125 0-1 20-30-100";
const std::string kBlanks(24, ' ');
const std::string kText = kHeader + "\n0.5 4.6 4.5 1.25 " + kMetadata + "\n1.0 nan inf 2.0" + kBlanks + "\n";

Table example() {
  Table table;
  table.spec = {
      .id = "2030_01_02_03_04_05_000007",
      .random_seed = 4000000000,
      .dataset = "CIFAR100",
      .batch_size = 60,
      .sgd = {.learning_rate = 0.25, .momentum = 0.5, .dampening = 0, .weight_decay = 1.5e-05},
      .dropout_rate = 0.25,
      .conv_blocks = {{.out_channels = 12,
                       .kernel_size = 5,
                       .stride = 2,
                       .padding = 0,
                       .relu = true,
                       .dropout = true,
                       .pool = PoolSpec{.kernel_size = 3, .stride = 2, .padding = 1}},
                      {.out_channels = 34, .kernel_size = 3, .stride = 1, .padding = 4, .relu = true},
                      {.out_channels = 56,
                       .kernel_size = 1,
                       .stride = 1,
                       .padding = 2,
                       .pool = PoolSpec{.kernel_size = 2, .stride = 1, .padding = 0}}},
      .fc_dropout_rate = 0.125,
      .hidden_linears = {{.out_features = 20}, {.out_features = 30, .dropout = true}},
      .classes = 100};
  table.points = {{.epoch = 0.5, .train_loss = 4.6, .val_loss = 4.5, .val_acc = 1.25},
                  {.epoch = 1.0,
                   .train_loss = -std::numeric_limits<double>::quiet_NaN(),
                   .val_loss = std::numeric_limits<double>::infinity(),
                   .val_acc = 2}};
  return table;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Table, WritesThePublishedText) {
  EXPECT_EQ(table_text(example()), kText);
}

TEST(Table, ReadsThePublishedText) {
  const Table table = parse_table(kText, "a.txt");
  EXPECT_EQ(table.spec, example().spec);
  EXPECT_FALSE(table.train_gpu);
  EXPECT_TRUE(table.torch_set_deterministic);
  ASSERT_EQ(table.points.size(), 2U);
  EXPECT_EQ(table.points[0], example().points[0]);
  EXPECT_TRUE(std::isnan(table.points[1].train_loss));
}

TEST(Table, AbsentListsAreEmptyFields) {
  Table table = example();
  table.spec.hidden_linears.clear();
  for (ConvBlockSpec& block : table.spec.conv_blocks) block.pool.reset();
  const std::string text = table_text(table);
  EXPECT_THAT(text, HasSubstr(" 5-1-0 "));
  EXPECT_THAT(text, HasSubstr(" 0-4-2    12-34-56 0.125  100\n"));
  EXPECT_EQ(parse_table(text, "a.txt").spec, table.spec);
}

TEST(Table, BlocksOfTypeZeroAreAccepted) {
  Table table = example();
  table.spec.conv_blocks = {{.out_channels = 3}};
  EXPECT_EQ(parse_table(table_text(table), "a.txt").spec, table.spec);
}

TEST(Table, RandomTablesReadBack) {
  std::mt19937 bits(3);
  for (int i = 0; i < 2000; ++i) {
    Table table;
    table.spec = random_spec(bits);
    table.train_gpu = i % 2 == 0;
    table.torch_set_deterministic = i % 3 != 0;
    for (int row = 1; row <= i % 7 + 1; ++row) {
      table.points.push_back({.epoch = 0.5 * row,
                              .train_loss = 10 * random_rate(bits),
                              .val_loss = 10 * random_rate(bits),
                              .val_acc = 100 * random_rate(bits)});
    }
    const std::string text = table_text(table);
    const Table back = parse_table(text, "a.txt");
    ASSERT_EQ(back.spec, table.spec) << text;
    ASSERT_EQ(back.points, table.points) << text;
    ASSERT_EQ(table_text(back), text);
  }
}

/// The mean of binary32 losses between 1 and 5, summed in binary64 and divided once.
double mean_loss(std::mt19937& bits, int batches, int divisor) {
  double sum = 0;
  for (int i = 0; i < batches; ++i) sum += static_cast<float>(1 + 4 * ((bits() >> 2) * 0x1p-30));
  return sum / divisor;
}

TEST(Table, DigitsHoldTheSumsBehindThem) {
  constexpr int kSeen = 9858;  // 53 batches of 186
  std::mt19937 bits(7);
  Table table = example();
  table.points.clear();
  std::vector<int> correct;
  for (int row = 1; row <= 80; ++row) {
    correct.push_back(below(bits, kSeen + 1));
    table.points.push_back({.epoch = 0.5 * row,
                            .train_loss = mean_loss(bits, 134, 134),
                            .val_loss = mean_loss(bits, 53, 54),
                            .val_acc = 100.0 * correct.back() / kSeen});
  }
  const Table back = parse_table(table_text(table), "a.txt");
  ASSERT_EQ(back.points, table.points);
  int others = 0;
  for (std::size_t row = 0; row < back.points.size(); ++row) {
    const Point& point = back.points[row];
    EXPECT_EQ(std::nearbyint(point.val_acc * kSeen / 100.0), correct[row]);
    EXPECT_TRUE(is_sum_of_losses(point.train_loss, 134, 23));
    EXPECT_TRUE(is_sum_of_losses(point.val_loss, 54, 23));
    others += is_sum_of_losses(point.val_loss, 53, 23) ? 1 : 0;
  }
  EXPECT_LT(others, 4);
}

TEST(Table, LenientReading) {
  const std::string first = kHeader + "\n0.5 4.6 4.5 1.25 " + kMetadata + "\n";
  std::string crlf;
  for (const char c : kText) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const std::string variants[] = {
      crlf,
      first + "1.0 nan inf 2.0\n",
      first + "1.0 nan inf 2.0",
      first + "1.0 nan inf 2.0 " + kMetadata + "\n\n",
      first + "1 NaN +Infinity 2.\n",
      replaced(first, "\n0.5", " flops\n0.5") + "1.0 nan inf 2.0\n",
      replaced(replaced(first, "\n0.5", " flops\n0.5"), "20-30-100", "20-30-100 5e9") + "1.0 nan inf 2.0" +
          kBlanks + " 5e9\n"};
  for (const std::string& variant : variants)
    EXPECT_EQ(table_text(parse_table(variant, "a.txt")), kText) << variant;
}

TEST(Table, FirstRowAloneHoldsTheSpec) {
  Table table = example();
  table.points.clear();
  const std::string text = table_text(table);
  EXPECT_EQ(parse_first_row(text, "a.txt").spec, table.spec);
  EXPECT_EQ(parse_first_row(kText, "a.txt").spec, table.spec);
  EXPECT_TRUE(parse_first_row(kText, "a.txt").points.empty());
  EXPECT_THROW(parse_table(text, "a.txt"), UsageError);
}

TEST(Table, ReadTableNamesAMissingFile) {
  try {
    read_table("/nowhere/a.txt");
    FAIL() << "nothing thrown";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("/nowhere/a.txt"));
    EXPECT_THAT(error.what(), HasSubstr("No such file"));
  }
}

/// `from` in the good text becomes `to`; the message then holds both.
struct Malformed {
  std::string from;
  std::string to;
  std::string place;
  std::string message;
};

const Malformed kMalformed[] = {
    {kText, "", "a.txt:1: column 1 (epochs)", "expected 'epochs' in the header, found nothing"},
    {kText, kHeader + "\n", "a.txt:2: column 1 (epochs)", "expected a first row"},
    {" FCFilters\n", "\n", "a.txt:1: column 28 (FCFilters)", "found nothing"},
    {"random_seed", "random_sed", "a.txt:1: column 6 (random_seed)", "found 'random_sed'"},
    {"momentum dampening", "dampening momentum", "a.txt:1: column 14 (momentum)", "fixed order"},
    {"FCFilters", "FCFilters extra extra", "a.txt:1: column 30", "found 'extra' again"},
    {"FCFilters", "FCFilters valAcc", "a.txt:1: column 29", "found 'valAcc' again"},
    {"\n1.0 nan", "\n" + kHeader + "\n1.0 nan", "a.txt:3: column 1 (epochs)", "not a second header"},
    {"\n1.0 nan", "\n\n1.0 nan", "a.txt:3: column 1 (epochs)", "found nothing"},
    {"0.5 4.6", "# 0.5 4.6", "a.txt:2: column 29", "found 29"},
    {"0.5 4.6", "0.0 4.6", "a.txt:2: column 1 (epochs)", "an epoch above 0, found '0.0'"},
    {"0.5 4.6", "1.0 4.6", "a.txt:3: column 1 (epochs)", "above that of the line before, found '1.0'"},
    {"1.0 nan", "0.25 nan", "a.txt:3: column 1 (epochs)", "above that of the line before"},
    {"1.0 nan", "nan nan", "a.txt:3: column 1 (epochs)", "an epoch above 0"},
    {"4.6", "4,6", "a.txt:2: column 2 (trainLoss)", "expected a number, found '4,6'"},
    {"4.5", "", "a.txt:2: column 3 (valLoss)", "expected a number, found nothing"},
    {"1.25", "100.5", "a.txt:2: column 4 (valAcc)", "from 0 to 100, found '100.5'"},
    {"inf 2.0", "inf nan", "a.txt:3: column 4 (valAcc)", "from 0 to 100, found 'nan'"},
    {"inf 2.0" + kBlanks, "inf", "a.txt:3: column 4 (valAcc)", "found nothing"},
    {"2.0" + kBlanks, "2.0 x", "a.txt:3: column 5 (ID)", "as in line 2, found 'x'"},
    {"2.0" + kBlanks, "2.0" + kBlanks + " ", "a.txt:3: column 29", "28 fields as in the header, found 29"},
    {"0-1 20-30-100\n", "0-1\n", "a.txt:2: column 28 (FCFilters)", "28 fields in the first row"},
    {"2030_01_02_03_04_05_000007", "", "a.txt:2: column 5 (ID)", "found nothing"},
    {"2030_01_02_03_04_05_000007", "../x", "a.txt:2: column 5 (ID)", "found '../x'"},
    {"4000000000", "4294967296", "a.txt:2: column 6 (random_seed)", "0 to 4294967295"},
    {"4000000000", "-1", "a.txt:2: column 6 (random_seed)", "found '-1'"},
    {"False", "false", "a.txt:2: column 7 (train_GPU)", "True or False, found 'false'"},
    {" True ", " 1 ", "a.txt:2: column 8 (torch_set_deterministic)", "True or False"},
    {"CIFAR100", "CIFAR/100", "a.txt:2: column 9 (dataset)", "found 'CIFAR/100'"},
    {" 60 ", " 0 ", "a.txt:2: column 10 (batch_size)", "from 1 to 1048576, found '0'"},
    {" 60 ", " 60.0 ", "a.txt:2: column 10 (batch_size)", "whole number"},
    {"SGD", "", "a.txt:2: column 12 (optimizer)", "found nothing"},
    {" 0.25 0.5", " nan 0.5", "a.txt:2: column 13 (learning_rate)", "finite"},
    {" 0.25 0.5", " -1 0.5", "a.txt:2: column 13 (learning_rate)", "found '-1'"},
    {" 0.5 0 ", " x 0 ", "a.txt:2: column 14 (momentum)", "found 'x'"},
    {" 0.5 0 ", " 0.5 inf ", "a.txt:2: column 15 (dampening)", "found 'inf'"},
    {"1.5e-05", "1e999", "a.txt:2: column 16 (weight_decay)", "found '1e999'"},
    {"7-1-2", "8-1-2", "a.txt:2: column 17 (layer_types)", "entry 1 is '8'"},
    {"7-1-2", "", "a.txt:2: column 17 (layer_types)", "at least one convolution block"},
    {"7-1-2", "7--2", "a.txt:2: column 17 (layer_types)", "entry 2 is nothing"},
    {"7-1-2 0.25", "7-1-2 1.0", "a.txt:2: column 18 (dropout_rate)", "below 1, found '1.0'"},
    {"5-3-1", "5-3", "a.txt:2: column 19 (convKernels)", "3 entries"},
    {"5-3-1", "0-3-1", "a.txt:2: column 19 (convKernels)", "entry 1 is '0'"},
    {"2-1-1", "2-0-1", "a.txt:2: column 20 (convStrides)", "entry 2 is '0'"},
    {"0-4-2", "0-4-x", "a.txt:2: column 21 (convPaddings)", "entry 3 is 'x'"},
    {" 3-2 ", " 3 ", "a.txt:2: column 22 (poolKernels)", "2 entries"},
    {" 3-2 2-1 ", " 3-2  ", "a.txt:2: column 23 (poolStrides)", "2 entries"},
    {" 1-0 ", " 1-0-0 ", "a.txt:2: column 24 (poolPaddings)", "2 entries"},
    {"12-34-56", "12-1000000000-56", "a.txt:2: column 25 (convFilters)", "entry 2 is '1000000000'"},
    {"12-34-56", "12-99999999999999999999-56", "a.txt:2: column 25 (convFilters)", "whole numbers from 1"},
    {"0.125", "-0.125", "a.txt:2: column 26 (FC_dropout_rate)", "found '-0.125'"},
    {" 0-1 ", " 0 ", "a.txt:2: column 27 (FC_dropout_layers)", "2 entries"},
    {" 0-1 ", " 0-2 ", "a.txt:2: column 27 (FC_dropout_layers)", "entry 2 is '2'"},
    {"20-30-100", "", "a.txt:2: column 28 (FCFilters)", "number of classes"},
    {"20-30-100", "20-30-0", "a.txt:2: column 28 (FCFilters)", "entry 3 is '0'"},
    {"20-30-100", "20-30-100 more", "a.txt:2: column 29", "28 fields as in the header, found 29"}};

TEST(Table, MalformedTextNamesLineAndColumn) {
  for (const Malformed& malformed : kMalformed) {
    const std::string text = replaced(kText, malformed.from, malformed.to);
    try {
      parse_table(text, "a.txt");
      ADD_FAILURE() << "accepted: " << text;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), testing::StartsWith(malformed.place));
      EXPECT_THAT(error.what(), HasSubstr(malformed.message));
    }
  }
}

TEST(Table, DamagedTextNeverEscapesTheErrors) {
  std::mt19937 bits(5);
  const std::string alphabet = " -\n.0123456789neEx\t\r\xFF";
  for (int i = 0; i < 20000; ++i) {
    std::string text = kText;
    for (int change = below(bits, 4); change >= 0; --change) {
      const auto at = static_cast<std::size_t>(below(bits, static_cast<int>(text.size())));
      text[at] = alphabet[static_cast<std::size_t>(below(bits, static_cast<int>(alphabet.size())))];
    }
    try {
      table_text(parse_table(text, "a.txt"));
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), testing::StartsWith("a.txt:"));
    }
  }
}

}  // namespace
}  // namespace mayfly
