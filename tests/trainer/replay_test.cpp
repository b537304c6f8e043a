#include "trainer/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "tests/support/scratch_folder.h"
#include "tests/trainer/tiny.h"
#include "trainer/conventions.h"

namespace mayfly {
namespace {

using tests::tiny_dataset;
using tests::tiny_spec;

Table table_of(const NetworkSpec& spec, const LifespanOptions& options) {
  const auto backend = make_backend("cpu", 1);
  return {.spec = spec, .points = live(*backend, spec, tiny_dataset(), options).points};
}

ReplayConventions defaults_for(const Table& table, const ReplayOptions& options = {}) {
  return resolve_conventions(table, "no-such-folder/a.txt", options);
}

TEST(ReplayTest, OurTableIsEqual) {
  const Table table = table_of(tiny_spec(), {.epochs = 1.5});
  const ReplayResult result = replay(table, tiny_dataset(), defaults_for(table), {.threads = 2});
  EXPECT_TRUE(result.equal);
  EXPECT_TRUE(result.same_images);
  ASSERT_EQ(result.rows.size(), 3U);
  EXPECT_EQ(result.largest, Point{});
}

TEST(ReplayTest, ADivergedTableIsEqual) {
  const Table table = table_of(tests::hopeless_spec(), {.epochs = 2});
  const ReplayResult result = replay(table, tiny_dataset(), defaults_for(table), {});
  ASSERT_TRUE(std::isnan(table.points.back().train_loss));
  EXPECT_TRUE(result.equal);
  EXPECT_EQ(result.largest, Point{});
  EXPECT_TRUE(result.courses[0].diverged_since);
}

TEST(ReplayTest, OneUlpIsADifferenceAndIsFound) {
  Table table = table_of(tiny_spec(), {.epochs = 1.5});
  table.points[1].val_loss = std::nextafter(table.points[1].val_loss, 9.0);
  const ReplayResult result = replay(table, tiny_dataset(), defaults_for(table), {});
  EXPECT_FALSE(result.equal);
  EXPECT_TRUE(result.rows[0].equal);
  EXPECT_FALSE(result.rows[1].equal);
  EXPECT_LT(result.rows[1].difference.val_loss, 0);
  EXPECT_GT(result.largest.val_loss, 0);
  EXPECT_EQ(result.largest.train_loss, 0);
  EXPECT_EQ(result.largest.epoch, 1.0);
}

TEST(ReplayTest, NanAgainstANumberIsTheLargestDifference) {
  Table table = table_of(tiny_spec(), {.epochs = 1.5});
  table.points[1].train_loss = std::nan("");
  const ReplayResult result = replay(table, tiny_dataset(), defaults_for(table), {});
  EXPECT_FALSE(result.equal);
  EXPECT_TRUE(std::isnan(result.largest.train_loss));
}

TEST(ReplayTest, OtherConventionsAreADifference) {
  const Table table = table_of(tiny_spec(), {.epochs = 1});
  const auto equal = [&](const ReplayOptions& options) {
    return replay(table, tiny_dataset(), defaults_for(table, options), {}).equal;
  };
  EXPECT_TRUE(equal({.normalize = Normalize::half}));
  EXPECT_FALSE(equal({.normalize = Normalize::none}));
  EXPECT_FALSE(equal({.element_dropout = true}));
  EXPECT_FALSE(equal({.val_loss = ValLossConvention::published}));
  EXPECT_FALSE(equal({.seeds = {.order = 1}}));
}

TEST(ReplayTest, SeedsSpreadAroundTheTablesOwn) {
  const Table table = table_of(tiny_spec(), {.epochs = 1});
  const ReplayResult result = replay(table, tiny_dataset(), defaults_for(table), {.seeds = 3});
  EXPECT_TRUE(result.equal);
  ASSERT_EQ(result.courses.size(), 3U);
  EXPECT_EQ(result.courses[0].random_seed, 7U);
  EXPECT_EQ(result.courses[2].random_seed, network_seed(7, 2));
  for (std::size_t row = 0; row < result.rows.size(); ++row) {
    const PointRange& range = result.rows[row].range;
    EXPECT_LT(range.lowest.train_loss, range.highest.train_loss);
    for (const ReplayCourse& course : result.courses) {
      EXPECT_GE(course.points[row].train_loss, range.lowest.train_loss);
      EXPECT_LE(course.points[row].train_loss, range.highest.train_loss);
    }
  }
}

TEST(ReplayTest, FewerEpochsCompareTheirRows) {
  const Table table = table_of(tiny_spec(), {.epochs = 2});
  const ReplayResult result = replay(table, tiny_dataset(), defaults_for(table, {.epochs = 0.5}), {});
  EXPECT_TRUE(result.equal);
  EXPECT_EQ(result.rows.size(), 1U);
  EXPECT_THROW(defaults_for(table, {.epochs = 2.5}), UsageError);
}

TEST(ReplayTest, StopsAndSaysSo) {
  const Table table = table_of(tiny_spec(), {.epochs = 2});
  int asked = 0;
  const ReplayResult result =
      replay(table, tiny_dataset(), defaults_for(table), {.seeds = 2}, {}, [&] { return asked++ > 20; });
  EXPECT_TRUE(result.interrupted);
  EXPECT_FALSE(result.equal);
  EXPECT_EQ(result.rows.size(), 1U);
  EXPECT_TRUE(result.rows[0].equal);
}

TEST(ReplayTest, OtherCountsOfImagesAreSaid) {
  const Table table = table_of(tiny_spec(), {.epochs = 0.5});
  Dataset part = tiny_dataset(20, 20);
  part.official_counts = false;
  EXPECT_FALSE(replay(table, part, defaults_for(table), {}).same_images);
  ReplayConventions recorded = defaults_for(table);
  recorded.values.train_images = 20;
  recorded.values.validation_images = 20;
  EXPECT_TRUE(replay(table, part, recorded, {}).same_images);
}

TEST(ReplayConventionsTest, PublishedWhereTorchWasNotDeterministic) {
  Table table = table_of(tiny_spec(), {.epochs = 0.5});
  EXPECT_EQ(defaults_for(table).source, "defaults");
  EXPECT_EQ(defaults_for(table).values.val_loss, "mean");
  table.torch_set_deterministic = false;
  const ReplayConventions published = defaults_for(table);
  EXPECT_EQ(published.source, "published conventions");
  EXPECT_EQ(published.values.val_loss, "published");
  EXPECT_EQ(published.values.normalize, "half");
  EXPECT_EQ(published.values.conv_dropout, "channel");
  EXPECT_TRUE(published.assumed());
}

TEST(ReplayConventionsTest, OptionsThenCampaignJson) {
  const ScratchFolder scratch;
  Table table = table_of(tiny_spec(), {.epochs = 1});
  table.torch_set_deterministic = false;
  write_run_conventions(scratch.path(),
                        {.normalize = "none", .val_loss = "mean", .epochs = 40, .seed_order = 5});
  const ReplayConventions found =
      resolve_conventions(table, scratch.path() / "a.txt", {.val_loss = ValLossConvention::published});
  EXPECT_EQ(found.source, "campaign.json");
  EXPECT_FALSE(found.assumed());
  EXPECT_EQ(found.values.normalize, "none");
  EXPECT_EQ(found.values.val_loss, "published");
  EXPECT_EQ(found.values.seed_order, 5U);
  EXPECT_EQ(found.values.epochs, 1.0);
  EXPECT_THAT(found.from_options, testing::ElementsAre("val_loss"));
}

TEST(ReplayConventionsTest, RowsAreHalfEpochs) {
  Table table = table_of(tiny_spec(), {.epochs = 1});
  table.points[1].epoch = 1.5;
  EXPECT_THROW(defaults_for(table), UsageError);
  table.points.clear();
  EXPECT_THROW(defaults_for(table), UsageError);
}

}  // namespace
}  // namespace mayfly
