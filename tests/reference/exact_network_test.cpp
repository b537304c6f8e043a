// Network on the CPU backend against the exact reference: equal bits of losses, hits, gradients, parameters
// and momentum through steps of training and evaluation.
#include <gtest/gtest.h>

#include <numeric>

#include "nn/network.h"
#include "tests/reference/exact_network.h"
#include "tests/support/backend_test.h"

namespace mayfly {
namespace {

using exact::ExactNetwork;

constexpr int kBatches = 3;

struct Course {
  NetworkCase network;
  bool element_dropout;
  StepCounters start;
  std::vector<std::uint8_t> pixels, labels;
  std::vector<std::uint32_t> order;

  std::size_t image_bytes() const {
    const ImageShape& image = network.image;
    return static_cast<std::size_t>(image.channels) * image.height * image.width;
  }
};

Course random_course(CaseRandom& random, std::int64_t max_macs) {
  Course course{.network = random_network(random, max_macs), .element_dropout = random.chance(0.5)};
  const NetworkSpec& spec = course.network.spec;
  const auto images = static_cast<std::size_t>(spec.batch_size) * kBatches;
  course.start.epoch = static_cast<std::uint32_t>(random.between(0, 40));
  course.pixels = random_pixels(random, images * course.image_bytes());
  for (const std::uint32_t label : random_labels(random, static_cast<int>(images), spec.classes))
    course.labels.push_back(static_cast<std::uint8_t>(label));
  course.order.resize(images);
  std::iota(course.order.rbegin(), course.order.rend(), 0U);
  return course;
}

/// The images and labels of batch `step`, in the set order or in file order.
struct Batch {
  std::vector<std::uint8_t> pixels;
  std::vector<std::uint32_t> labels;
};

Batch batch_of(const Course& course, std::size_t step, bool in_order) {
  Batch batch;
  const auto size = static_cast<std::size_t>(course.network.spec.batch_size);
  for (std::size_t at = step * size; at < (step + 1) * size; ++at) {
    const std::size_t image = in_order ? course.order[at] : at;
    const auto begin = course.pixels.begin() + static_cast<std::ptrdiff_t>(image * course.image_bytes());
    batch.pixels.insert(batch.pixels.end(), begin, begin + static_cast<std::ptrdiff_t>(course.image_bytes()));
    batch.labels.push_back(course.labels[image]);
  }
  return batch;
}

void expect_equal_sums(const exact::Loss& expected, BatchKind kind, Backend& backend) {
  const BatchSums both = backend.read_sums();
  const LossSums& sums = kind == BatchKind::trained ? both.trained : both.evaluated;
  EXPECT_EQ(kind == BatchKind::trained ? both.evaluated : both.trained, LossSums());
  EXPECT_EQ(bit_differences({expected.batch_loss}, {static_cast<float>(sums.loss)}), "") << "loss";
  EXPECT_EQ(sums.correct, expected.correct);
  backend.reset_sums();
}

class ExactNetworkTest : public BackendTest {
 protected:
  static void expect_equal_course(const Course& course, Backend& backend) {
    const NetworkSpec& spec = course.network.spec;
    ExactNetwork expected(spec, course.network.image);
    expected.element_dropout = course.element_dropout;
    expected.epoch = course.start.epoch;
    const auto dataset = backend.make_dataset(course.pixels, course.labels, course.network.image);
    Network network(backend, spec, course.network.image, expected.pixel_table,
                    {.seeds = {.init = spec.random_seed, .dropout = spec.random_seed},
                     .keep_gradients = keeps_gradients(course),
                     .element_dropout = course.element_dropout});
    network.initialise();
    EXPECT_EQ(bit_differences(expected.parameters, network.export_parameters()), "") << "initialisation";
    backend.set_counters(course.start);
    backend.reset_sums();
    network.set_order(course.order);
    for (std::size_t step = 0; step < kBatches; ++step)
      expect_equal_step(course, step, expected, network, *dataset, backend);
    const Batch last = batch_of(course, 0, false);
    backend.set_counters({});
    network.evaluate_step(*dataset);
    expect_equal_sums(expected.evaluate_step(last.pixels, last.labels), BatchKind::evaluated, backend);
  }

 private:
  /// One half do; the others may update their weights as the gradients are found.
  static bool keeps_gradients(const Course& course) { return course.network.spec.random_seed % 2 == 0; }

  static void expect_equal_step(const Course& course, std::size_t step, ExactNetwork& expected,
                                Network& network, const DeviceDataset& dataset, Backend& backend) {
    SCOPED_TRACE(testing::Message() << "step " << step);
    const Batch batch = batch_of(course, step, true);
    network.train_step(dataset);
    expect_equal_sums(expected.train_step(batch.pixels, batch.labels), BatchKind::trained, backend);
    if (keeps_gradients(course)) {
      EXPECT_EQ(bit_differences(expected.gradients, network.export_gradients()), "") << "gradients";
    }
    EXPECT_EQ(bit_differences(expected.parameters, network.export_parameters()), "") << "parameters";
    if (course.network.spec.sgd.momentum != 0) {
      EXPECT_EQ(bit_differences(expected.momentum, network.export_momentum()), "") << "momentum";
    }
  }
};

TEST_F(ExactNetworkTest, TrainingGivesTheExactBits) {
  CaseRandom random(1);
  for (int i = 0; i < cases(200) && !HasFailure(); ++i) {
    const Course course = random_course(random, on_cpu() ? 1'000'000 : 100'000);
    SCOPED_TRACE(describe(course.network));
    for (const auto& backend : backends_) expect_equal_course(course, *backend);
  }
}

TEST_F(ExactNetworkTest, DivergingGivesTheExactBits) {
  CaseRandom random(2);
  for (int i = 0; i < cases(200) && !HasFailure(); ++i) {
    Course course = random_course(random, on_cpu() ? 300'000 : 50'000);
    course.network.spec.sgd.learning_rate = i % 2 == 0 ? 1e8 : 1e25;
    SCOPED_TRACE(describe(course.network));
    for (const auto& backend : backends_) expect_equal_course(course, *backend);
  }
}

}  // namespace
}  // namespace mayfly
