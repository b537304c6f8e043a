// Loss, gradient and hits against both references.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/reference/exact.h"
#include "tests/reference/rounding_bounds.h"
#include "tests/support/backend_test.h"

namespace mayfly {
namespace {

using exact::Floats;

struct LossCase {
  int batch, classes;
  Floats logits;
  std::vector<std::uint32_t> labels;
};

LossCase random_case(CaseRandom& random, double special) {
  LossCase c{random.between(1, 60), random.between(1, 130)};
  const auto spread = static_cast<float>(std::pow(10.0, random.between(-3, 3)));
  c.logits = random_floats(random, static_cast<std::size_t>(c.batch) * c.classes, special);
  for (float& logit : c.logits) logit *= spread;
  c.labels = random_labels(random, c.batch, c.classes);
  return c;
}

struct LossRun {
  Floats gradient;
  LossSums sums;   ///< of batches of its kind
  LossSums other;  ///< of the other kind
};

LossRun run_loss(Backend& backend, const LossCase& c, bool with_gradient) {
  const LogicalMap map{c.batch, c.classes, 1, 1};
  DeviceArray logits(backend, to_device(backend, map, c.logits));
  DeviceArray gradient = DeviceArray::poisoned(backend, device_floats(backend, map));
  const Buffer labels = device_words(backend, c.labels);
  backend.reset_sums();
  backend.softmax_cross_entropy(c.batch, c.classes, logits.floats(), words_of(labels),
                                with_gradient ? gradient.floats() : nullptr);
  const Floats found = gradient.read();
  const auto [trained, evaluated] = backend.read_sums();
  if (!with_gradient) return {{}, evaluated, trained};
  return {from_device(backend, map, found), trained, evaluated};
}

class SoftmaxCrossEntropyTest : public BackendTest {
 protected:
  void expect_exact(const LossCase& c) {
    const exact::Loss expected = exact::softmax_cross_entropy(c.batch, c.classes, c.logits, c.labels);
    for (const auto& backend : backends_) {
      SCOPED_TRACE(testing::Message() << "batch " << c.batch << ", classes " << c.classes);
      const LossRun trained = run_loss(*backend, c, true);
      EXPECT_EQ(bit_differences(expected.gradient, trained.gradient), "");
      for (const LossRun& run : {trained, run_loss(*backend, c, false)}) {
        EXPECT_EQ(bit_differences({expected.batch_loss}, {static_cast<float>(run.sums.loss)}), "");
        EXPECT_EQ(run.sums.correct, expected.correct);
        EXPECT_EQ(run.sums.seen, static_cast<std::uint64_t>(c.batch));
        EXPECT_EQ(run.sums.batches, 1U);
        EXPECT_EQ(run.other, LossSums());
      }
    }
  }
};

TEST_F(SoftmaxCrossEntropyTest, RandomLogitsGiveTheExactBits) {
  CaseRandom random(1);
  for (int i = 0; i < cases(300) && !HasFailure(); ++i) expect_exact(random_case(random, 0));
}

TEST_F(SoftmaxCrossEntropyTest, SpecialLogitsGiveTheExactBits) {
  CaseRandom random(2);
  for (int i = 0; i < cases(300) && !HasFailure(); ++i)
    expect_exact(random_case(random, i % 2 == 0 ? 0.01 : 0.5));
}

TEST_F(SoftmaxCrossEntropyTest, PredictionsTakeTheFirstMaximumAndTheFirstNan) {
  const float nan = std::nanf("");
  const Floats rows[] = {{1, 2, 2}, {2, 2, 2}, {1, nan, 5}, {nan, 7, nan}, {-0.0F, 0.0F, -1}};
  const std::uint32_t predictions[] = {1, 0, 1, 0, 0};
  for (std::size_t i = 0; i < std::size(rows); ++i)
    for (std::uint32_t label = 0; label < 3; ++label) {
      const LossCase c{1, 3, rows[i], {label}};
      expect_exact(c);
      EXPECT_EQ(run_loss(*backends_.front(), c, true).sums.correct, label == predictions[i] ? 1U : 0U);
    }
}

void add(const LossCase& c, LossSums& sums) {
  const exact::Loss loss = exact::softmax_cross_entropy(c.batch, c.classes, c.logits, c.labels);
  sums.loss += static_cast<double>(loss.batch_loss);
  sums.correct += loss.correct;
  sums.seen += static_cast<std::uint64_t>(c.batch);
  ++sums.batches;
}

/// Batches of both kinds, in turns.
TEST_F(SoftmaxCrossEntropyTest, SumsOfEachKindGrowFromBatchToBatch) {
  CaseRandom random(3);
  std::vector<LossCase> batches;
  for (int i = 0; i < 20; ++i) batches.push_back(random_case(random, 0));
  const LossSums saved{
      .loss = 1.5, .correct = std::uint64_t{1} << 33, .seen = std::uint64_t{1} << 34, .batches = 7};
  for (const auto& backend : backends_) {
    backend->reset_sums();
    backend->set_sums(BatchKind::trained, saved);
    BatchSums expected{.trained = saved};
    for (std::size_t i = 0; i < batches.size(); ++i) {
      const LossCase& c = batches[i];
      const LogicalMap map{c.batch, c.classes, 1, 1};
      const bool trains = i % 3 != 0;
      DeviceArray logits(*backend, to_device(*backend, map, c.logits));
      DeviceArray gradient = DeviceArray::poisoned(*backend, device_floats(*backend, map));
      const Buffer labels = device_words(*backend, c.labels);
      backend->softmax_cross_entropy(c.batch, c.classes, logits.floats(), words_of(labels),
                                     trains ? gradient.floats() : nullptr);
      add(c, trains ? expected.trained : expected.evaluated);
    }
    EXPECT_EQ(backend->read_sums(), expected);
    backend->set_sums(BatchKind::evaluated, {});
    EXPECT_EQ(backend->read_sums(), BatchSums{.trained = expected.trained});
    backend->set_sums(BatchKind::evaluated, saved);
    backend->set_sums(BatchKind::trained, {});
    EXPECT_EQ(backend->read_sums(), BatchSums{.evaluated = saved});
    backend->reset_sums();
    EXPECT_EQ(backend->read_sums(), BatchSums());
  }
}

TEST_F(SoftmaxCrossEntropyTest, LossIsThatOfDoublePrecision) {
  namespace dp = double_precision;
  CaseRandom random(4);
  for (int i = 0; i < cases(300) && !HasFailure(); ++i) {
    const LossCase c = random_case(random, 0);
    const dp::Loss expected =
        dp::softmax_cross_entropy(c.batch, c.classes, {c.logits.begin(), c.logits.end()}, c.labels);
    double spread = 0;  // of the logits: the condition of exp(x - max)
    for (const float logit : c.logits) spread = std::max(spread, 2 * std::abs(static_cast<double>(logit)));
    const double rounding = dp::sum_bound(2 * spread + c.classes + 12);
    dp::Doubles bounds;
    for (const double p : expected.probabilities)
      bounds.push_back((p * std::expm1(rounding) + 3 * dp::kUnitRoundoff) / c.batch);
    const LossRun run = run_loss(*backends_.front(), c, true);
    EXPECT_EQ(beyond_bounds(expected.gradient, bounds, run.gradient), "");
    EXPECT_NEAR(run.sums.loss, expected.batch_loss, rounding * (1 + spread));
  }
}

}  // namespace
}  // namespace mayfly
