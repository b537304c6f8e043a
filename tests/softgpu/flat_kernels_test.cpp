// The kernels of loss and SGD, called without a backend: sizes beyond one block, and the padding of an arena.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/cuda/runtime.h"
#include "kernels/cuda/sgd.h"
#include "kernels/cuda/softmax_cross_entropy.h"
#include "kernels/cuda/state.h"
#include "tests/reference/exact.h"
#include "tests/softgpu/launches.h"
#include "tests/support/device_array.h"
#include "tests/support/random_cases.h"

namespace mayfly::cuda {
namespace {

using exact::Floats;
using softgpu::launches_of;

class FlatKernels : public testing::Test {
 protected:
  template <class T>
  Buffer to_device(const std::vector<T>& values) {
    return upload_copy(std::span<const T>(values), stream_);
  }
  template <class T>
  std::vector<T> read(const Buffer& buffer) {
    std::vector<T> values(buffer.bytes() / sizeof(T));
    download(buffer.data(), values.data(), buffer.bytes(), stream_);
    return values;
  }

  Stream stream_;
  Buffer state_ = allocate(sizeof(DeviceState), stream_);
  Context context_{.stream = stream_, .state = static_cast<DeviceState*>(state_.data())};
};

Floats padded_rows(const Floats& logical, int rows, int columns, float padding) {
  const int padded = padded_to_four(columns);
  Floats physical(static_cast<std::size_t>(rows) * padded, padding);
  for (std::size_t i = 0; i < logical.size(); ++i) physical[i / columns * padded + i % columns] = logical[i];
  return physical;
}

TEST_F(FlatKernels, LossesOfManyImagesAndClasses) {
  CaseRandom random(1);
  const Buffer ticket = allocate(sizeof(unsigned), stream_);
  for (const auto& [images, outputs] :
       {std::pair{1, 1}, {300, 10}, {124, 10}, {129, 127}, {5, 128}, {6, 129}, {3, 1500}}) {
    const int batch = images, classes = outputs;  // clang 14: no lambda takes a structured binding
    SCOPED_TRACE(testing::Message() << "batch " << batch << ", classes " << classes);
    const auto count = static_cast<std::size_t>(batch) * classes;
    const Floats logits = random_floats(random, count, classes > 1000 ? 0 : 0.001);
    const std::vector<std::uint32_t> labels = random_labels(random, batch, classes);
    const exact::Loss expected = exact::softmax_cross_entropy(batch, classes, logits, labels);

    const Buffer x = to_device(padded_rows(logits, batch, classes, 0)), y = to_device(labels);
    const Buffer dx = to_device(Floats(x.bytes() / sizeof(float), std::nanf("")));
    const Buffer losses = allocate(static_cast<std::size_t>(batch) * 4, stream_);
    const Buffer hits = allocate(static_cast<std::size_t>(batch) * 4, stream_);
    const SoftmaxScratch scratch{losses.floats(), words_of(hits), words_of(ticket)};
    set_sums(context_, BatchKind::trained, {});
    set_sums(context_, BatchKind::evaluated, {});
    EXPECT_EQ(launches_of([&] {
                softmax_cross_entropy(context_, batch, classes, x.floats(), words_of(y), dx.floats(),
                                      scratch);
              }),
              1U);
    softmax_cross_entropy(context_, batch, classes, x.floats(), words_of(y), nullptr, scratch);

    EXPECT_EQ(bit_differences(padded_rows(expected.gradient, batch, classes, 0), read<float>(dx)), "");
    EXPECT_EQ(bit_differences(expected.image_losses, read<float>(losses)), "");
    const auto [trained, evaluated] = sums_of(read<DeviceState>(state_).front());
    const auto loss = static_cast<double>(expected.batch_loss);
    for (const LossSums& sums : {trained, evaluated}) {
      EXPECT_TRUE(sums.loss == loss || (std::isnan(sums.loss) && std::isnan(loss))) << sums.loss;
      EXPECT_EQ(sums.correct, expected.correct);
      EXPECT_EQ(sums.seen, static_cast<std::uint64_t>(batch));
      EXPECT_EQ(sums.batches, 1U);
    }
  }
}

TEST_F(FlatKernels, SgdOfEveryCountAndManyBlocks) {
  CaseRandom random(2);
  for (const std::size_t count : {1, 3, 4, 5, 1023, 1025, 1024 * 1024 + 7})
    for (const double momentum : {0.0, 0.9}) {
      const SgdScalars scalars{0.05, momentum, 0.3, momentum == 0 ? 0.01 : 0};
      constexpr std::size_t kBehind = 4;  // must stay as they are
      Floats weights = random_floats(random, count + kBehind), buffers(count + kBehind);
      const Buffer w = to_device(weights), b = to_device(buffers);
      for (std::uint64_t update = 0; update < 3; ++update) {
        Floats gradients = random_floats(random, count + kBehind);
        const Buffer g = to_device(gradients);
        const Floats behind(weights.end() - kBehind, weights.end());
        set_counters(context_, {.updates = update});
        EXPECT_EQ(launches_of([&] {
                    sgd(context_, scalars, count, g.floats(), w.floats(),
                        momentum == 0 ? nullptr : b.floats());
                  }),
                  1U);
        exact::sgd(scalars, update == 0, gradients, weights, buffers);
        std::copy(behind.begin(), behind.end(), weights.end() - kBehind);
      }
      EXPECT_EQ(bit_differences(weights, read<float>(w)), "")
          << count << " parameters, momentum " << momentum;
    }
}

TEST_F(FlatKernels, PaddingOfTheArenaKeepsItsSign) {
  for (const float padding : {-0.0F, 0.0F})
    for (const SgdScalars& scalars :
         {SgdScalars{0.1, 0, 0, 0}, {0.1, 0.9, 0.5, 0.01}, {1.01, 0.9, 0.99999, 0}}) {
      const Buffer w = to_device(Floats(12, padding)), b = to_device(Floats(12)), g = to_device(Floats(12));
      for (std::uint64_t update = 0; update < 4; ++update) {
        set_counters(context_, {.updates = update});
        sgd(context_, scalars, 12, g.floats(), w.floats(), b.floats());
      }
      EXPECT_EQ(bit_differences(Floats(12, padding), read<float>(w)), "");
    }
}

TEST_F(FlatKernels, CountersAndSumsAreApart) {
  set_counters(context_, {.epoch = 3, .step = 0xFFFFFFF0, .updates = std::uint64_t{1} << 40});
  advance(context_, true);
  advance(context_, false);
  const LossSums sums{.loss = 0.1, .correct = std::uint64_t{1} << 33, .seen = 3, .batches = 4};
  set_sums(context_, BatchKind::evaluated, sums);
  EXPECT_EQ(counters_of(read<DeviceState>(state_).front()),
            (StepCounters{.epoch = 3, .step = 0xFFFFFFF2, .updates = (std::uint64_t{1} << 40) + 1}));
  EXPECT_EQ(sums_of(read<DeviceState>(state_).front()), BatchSums{.evaluated = sums});
  set_sums(context_, BatchKind::trained, sums);
  set_sums(context_, BatchKind::evaluated, {});
  EXPECT_EQ(sums_of(read<DeviceState>(state_).front()), BatchSums{.trained = sums});
}

}  // namespace
}  // namespace mayfly::cuda
