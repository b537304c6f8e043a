#include "trainer/lifespan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <bit>
#include <cmath>

#include "core/error.h"
#include "recorder/number_text.h"
#include "tests/trainer/reference_life.h"
#include "tests/trainer/tiny.h"

namespace mayfly {
namespace {

using tests::tiny_dataset;
using tests::tiny_spec;

struct Life {
  LifespanResult result;
  std::vector<HalfEpoch> halves;
};

Life live_tiny(const NetworkSpec& spec, const Dataset& dataset, const LifespanOptions& options,
               int threads = 1) {
  const auto backend = make_backend("cpu", threads);
  Life life;
  life.result =
      live(*backend, spec, dataset, options, [&](const HalfEpoch& half) { life.halves.push_back(half); });
  return life;
}

/// Rows as a table prints them: equal texts are equal numbers.
std::string text_of(const std::vector<Point>& points) {
  std::string text;
  for (const Point& point : points)
    text += number_text(point.epoch) + ' ' + number_text(point.train_loss) + ' ' +
            number_text(point.val_loss) + ' ' + number_text(point.val_acc) + '\n';
  return text;
}

std::string text_of(const std::vector<tests::ReferenceRow>& rows, ValLossConvention convention) {
  std::vector<Point> points;
  for (const tests::ReferenceRow& row : rows) {
    points.push_back(row.point);
    if (convention == ValLossConvention::published) points.back().val_loss = row.val_loss_published;
  }
  return text_of(points);
}

/// Batch sizes: 45 training images make 11, 9, 7, 3, 2 batches of them; half epochs of 5+6, 4+5, 3+4, 1+2,
/// 1+1.
class LifespanBatchTest : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(OddAndEven, LifespanBatchTest, testing::Values(4, 5, 6, 13, 20));

TEST_P(LifespanBatchTest, EveryRowIsThatOfThePlainLoop) {
  NetworkSpec spec = tiny_spec();
  spec.batch_size = GetParam();
  const Dataset dataset = tiny_dataset();
  for (const int threads : {1, 2}) {
    const Life life = live_tiny(spec, dataset, {.epochs = 2}, threads);
    EXPECT_EQ(text_of(life.result.points),
              text_of(tests::reference_life(spec, dataset, 4), ValLossConvention::mean));
    EXPECT_FALSE(life.result.diverged_since);
  }
}

TEST(LifespanTest, ElementDropoutAndPublishedLossAreThoseOfThePlainLoop) {
  const Dataset dataset = tiny_dataset();
  const Life life =
      live_tiny(tiny_spec(), dataset,
                {.epochs = 1.5, .element_dropout = true, .val_loss = ValLossConvention::published});
  const auto reference = tests::reference_life(tiny_spec(), dataset, 3, true);
  EXPECT_EQ(text_of(life.result.points), text_of(reference, ValLossConvention::published));
  for (std::size_t row = 0; row < reference.size(); ++row)
    EXPECT_EQ(life.halves.at(row).val_loss_mean, reference[row].point.val_loss);
  EXPECT_NE(text_of(life.result.points),
            text_of(live_tiny(tiny_spec(), dataset, {.epochs = 1.5}).result.points));
}

TEST(LifespanTest, CountsAreThoseOfTheWholeValidationBatches) {
  const Life life = live_tiny(tiny_spec(), tiny_dataset(), {.epochs = 0.5});
  ASSERT_EQ(life.halves.size(), 1U);
  EXPECT_EQ(life.halves[0].seen, 28U);  // 31 images, batches of 4
  EXPECT_LE(life.halves[0].correct, 28U);
  EXPECT_EQ(life.halves[0].point.val_acc, 100.0 * static_cast<double>(life.halves[0].correct) / 28.0);
  EXPECT_TRUE(life.halves[0].trained);
}

TEST(LifespanTest, EachSplitSeedChangesTheCourse) {
  const Dataset dataset = tiny_dataset();
  const auto course = [&](const SplitSeeds& seeds) {
    return text_of(live_tiny(tiny_spec(), dataset, {.epochs = 1, .seeds = seeds}).result.points);
  };
  const std::string plain = course({});
  EXPECT_EQ(course({.init = 7, .order = 7, .dropout = 7}), plain);
  EXPECT_NE(course({.init = 8}), plain);
  EXPECT_NE(course({.order = 8}), plain);
  EXPECT_NE(course({.dropout = 8}), plain);
}

TEST(LifespanTest, KnownRowsAreThoseOfTrainingOn) {
  const Dataset dataset = tiny_dataset();
  const Life filled = live_tiny(tests::hopeless_spec(), dataset, {.epochs = 3});
  const Life trained = live_tiny(tests::hopeless_spec(), dataset, {.epochs = 3, .fill_known_rows = false});
  EXPECT_EQ(text_of(filled.result.points), text_of(trained.result.points));
  EXPECT_TRUE(std::isnan(filled.result.points.back().val_loss));
  EXPECT_FALSE(filled.halves.back().trained) << "the fill was not reached";
  EXPECT_TRUE(trained.halves.back().trained);
  for (std::size_t row = 0; row < filled.halves.size(); ++row) {
    EXPECT_EQ(filled.halves[row].correct, trained.halves[row].correct);
    EXPECT_EQ(filled.halves[row].seen, trained.halves[row].seen);
  }
}

TEST(LifespanTest, DivergedSinceIsTheFirstRowWithoutNumbers) {
  const Life life = live_tiny(tests::hopeless_spec(), tiny_dataset(), {.epochs = 2});
  ASSERT_TRUE(life.result.diverged_since);
  for (const HalfEpoch& half : life.halves)
    EXPECT_EQ(has_finite_losses(half), half.point.epoch < *life.result.diverged_since);
}

TEST(LifespanTest, StopsBetweenBatches) {
  const auto backend = make_backend("cpu", 1);
  const Dataset dataset = tiny_dataset();
  int asked = 0;
  // Half epoch 0.5 asks 5 + 7 times; then in the course of training, and of validation.
  for (const int allowed : {0, 5 + 7 + 2, 5 + 7 + 6 + 3}) {
    asked = 0;
    const LifespanResult result =
        live(*backend, tiny_spec(), dataset, {.epochs = 1}, {}, [&] { return asked++ >= allowed; });
    EXPECT_TRUE(result.interrupted);
    EXPECT_EQ(result.points.size(), allowed == 0 ? 0U : 1U);
    EXPECT_EQ(asked, allowed + 1);
  }
}

TEST(LifespanTest, TooFewBatchesAreAnErrorBeforeTraining) {
  const auto message = [](const Dataset& dataset, const NetworkSpec& spec) -> std::string {
    try {
      live_tiny(spec, dataset, {});
    } catch (const UsageError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(message(tiny_dataset(7, 8), tiny_spec()), testing::HasSubstr("7 training images make 1"));
  EXPECT_THAT(message(tiny_dataset(8, 3), tiny_spec()), testing::HasSubstr("3 validation images make 0"));
  NetworkSpec spec = tiny_spec();
  spec.batch_size = 0;
  EXPECT_THAT(message(tiny_dataset(), spec), testing::HasSubstr("batch_size"));
  spec = tiny_spec();
  spec.classes = 4;
  EXPECT_THAT(message(tiny_dataset(), spec), testing::HasSubstr("5 classes of Tiny"));
}

TEST(LifespanTest, EpochsAreMultiplesOfAHalf) {
  EXPECT_EQ(half_epoch_count(0.5), 1);
  EXPECT_EQ(half_epoch_count(40), 80);
  for (const double epochs : {0.0, 0.25, 1.3, -1.0, 1e300, std::nan("")})
    EXPECT_THROW(half_epoch_count(epochs), UsageError) << epochs;
}

TEST(EvaluateTest, LeavesTheNetworksPlaceInItsLife) {
  const auto backend = make_backend("cpu", 1);
  const Dataset dataset = tiny_dataset();
  const auto images =
      backend->make_dataset(dataset.validation.pixels, dataset.validation.labels, tests::kTinyImage);
  Network network(*backend, tiny_spec(), tests::kTinyImage,
                  pixel_table(Normalize::half, {}, tests::kTinyImage), {});
  network.initialise();
  const StepCounters place{.epoch = 3, .step = 5, .updates = 38};
  backend->set_counters(place);
  const LossSums trained{.loss = 12.5, .correct = 3, .seen = 20, .batches = 5};
  backend->set_sums(BatchKind::trained, trained);
  for (int again = 0; again < 2; ++again) {
    int asked = 0;
    EXPECT_FALSE(evaluate(*backend, network, *images, 7, [&] { return asked++ == 3; }));
    EXPECT_EQ(backend->counters(), place);
    EXPECT_EQ(backend->read_sums().evaluated.batches, 3U);
    EXPECT_TRUE(evaluate(*backend, network, *images, 7));
    EXPECT_EQ(backend->counters(), place);
    const BatchSums sums = backend->read_sums();
    EXPECT_EQ(sums.trained, trained);
    EXPECT_EQ(sums.evaluated.batches, 7U);
    EXPECT_EQ(sums.evaluated.seen, 28U);
  }
}

TEST(EvaluateTest, ConventionsOfTheLoss) {
  const LossSums sums{.loss = 12, .batches = 3};
  EXPECT_EQ(validation_loss(sums, ValLossConvention::mean), 4.0);
  EXPECT_EQ(validation_loss(sums, ValLossConvention::published), 3.0);
  EXPECT_EQ(accuracy_percent(1, 8), 12.5);
}

}  // namespace
}  // namespace mayfly
