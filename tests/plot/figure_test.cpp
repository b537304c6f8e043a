#include "plot/figure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/plot/made_tables.h"

namespace mayfly {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

std::vector<std::string> legend_texts(const Figure& figure) {
  std::vector<std::string> texts;
  for (const LegendEntry& entry : figure.legend) texts.push_back(entry.text);
  return texts;
}

TEST(Figure, OneTableTrainingDashedValidationSolid) {
  const Figure figure = make_figure(curves_of({made_table("n", 80)}));
  ASSERT_EQ(figure.loss.lines.size(), 2U);
  EXPECT_EQ(figure.loss.lines[0].stroke.dash, Dash::dashed);
  EXPECT_EQ(figure.loss.lines[1].stroke.dash, Dash::solid);
  EXPECT_EQ(figure.accuracy.lines.size(), 1U);
  EXPECT_TRUE(figure.loss.bands.empty());
  ASSERT_EQ(figure.accuracy.levels.size(), 1U);
  EXPECT_EQ(figure.accuracy.levels[0].label, "chance 10 %");
  EXPECT_EQ(figure.title, "Network n on FashionMNIST");
  EXPECT_THAT(legend_texts(figure), Contains("n, 80.0 %"));
}

TEST(Figure, SixTablesAreDrawnOneByOneInInksOfTheirOwn) {
  const Figure figure = make_figure(curves_of(made_tables(6)));
  ASSERT_EQ(figure.accuracy.lines.size(), 6U);
  for (std::size_t i = 0; i < 6; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_NE(figure.accuracy.lines[i].stroke.ink, figure.accuracy.lines[j].stroke.ink);
      EXPECT_NE(figure.accuracy.lines[i].stroke.marker, figure.accuracy.lines[j].stroke.marker);
    }
}

TEST(Figure, ManyTablesAreBandsWithBestMedianWorstAndThoseAskedFor) {
  const Figure figure = make_figure(curves_of(made_tables(101)), {.named = {"n007", "n100"}});
  EXPECT_EQ(figure.accuracy.bands.size(), 2U);
  const std::vector<std::string> texts = legend_texts(figure);
  EXPECT_THAT(texts, Contains("best: n100, 60.0 %"));
  EXPECT_THAT(texts, Contains("median network: n050, 55.0 %"));
  EXPECT_THAT(texts, Contains("worst: n000, 50.0 %"));
  EXPECT_THAT(texts, Contains("n007, 50.7 %"));
  EXPECT_EQ(figure.accuracy.lines.size(), 5U) << "the median of each epoch and four networks, n100 once";
}

TEST(Figure, SeveralDataSetsHaveBandsAndChanceLevelsOfTheirOwn) {
  std::vector<Table> tables = made_tables(5);
  for (Table& table : made_tables(4, "CIFAR100", 100)) tables.push_back(table);
  for (Table& table : made_tables(3, "SVHN", 10)) tables.push_back(table);
  const Figure figure = make_figure(curves_of(tables));
  EXPECT_EQ(figure.accuracy.bands.size(), 6U);
  EXPECT_EQ(figure.accuracy.levels.size(), 2U);
  const std::vector<std::string> texts = legend_texts(figure);
  EXPECT_THAT(texts, Contains("chance level 1 % (CIFAR100)"));
  EXPECT_THAT(texts, Contains("chance level 10 % (FashionMNIST, SVHN)"));
  EXPECT_THAT(texts, Contains("median of the 3 networks on SVHN"));
  EXPECT_EQ(figure.title, "12 networks on CIFAR100, FashionMNIST and SVHN");
}

TEST(Figure, GapsAndDifferentLengthsAreSaid) {
  std::vector<Table> tables = {made_table("a", 50, 4), made_table("b", 50, 8)};
  tables[1].points[6].val_loss = tables[1].points[7].val_loss = kNan;
  const Figure figure = make_figure(curves_of(tables));
  EXPECT_THAT(figure.notes, Contains("Not drawn: losses that are nan or inf, in 2 rows of 1 network."));
  EXPECT_THAT(figure.notes, Contains(StartsWith("Trained 2 to 4 epochs")));
}

TEST(Figure, LogarithmicLossSaysSo) {
  Table table = made_table("n", 80);
  table.points[0].train_loss = 60;
  const Figure figure = make_figure(curves_of({table}));
  EXPECT_TRUE(figure.loss.y.logarithmic);
  EXPECT_THAT(figure.loss.y_label, HasSubstr("logarithmic"));
}

TEST(Figure, AnUnknownNetworkIsAnErrorThatNamesIt) {
  for (const int count : {2, 20}) {
    try {
      make_figure(curves_of(made_tables(count)), {.named = {"n999"}});
      FAIL();
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr("n999"));
    }
  }
  EXPECT_THROW(make_figure({}), UsageError);
}

}  // namespace
}  // namespace mayfly
