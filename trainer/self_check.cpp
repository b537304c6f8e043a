#include "trainer/self_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "core/random.h"
#include "nn/network.h"
#include "nn/normalize.h"

namespace mayfly {
namespace {

constexpr std::uint32_t kSeed = 20260101;

/// Made by tests/reference: SelfCheckTest.ReferenceGivesTheExpectedBits prints them where they differ.
constexpr SelfCheckBits kVersion1{.losses = {0x40159D80, 0x400ECBEB, 0x40160943, 0x401396A7, 0x40142DE6},
                                  .parameters = 0xBAFDAF77AF858E91};
static_assert(kArithmeticVersion == 1, "a new version of the arithmetic needs new bits");

/// Every kind of layer, both kinds of dropout, every scalar of SGD; products of more than 512 terms in all
/// three directions, so that cuts count.
NetworkSpec self_check_spec() {
  return {.id = "self-check",
          .random_seed = kSeed,
          .dataset = "synthetic",
          .batch_size = 15,
          .sgd = {.learning_rate = 0.05, .momentum = 0.9, .dampening = 0.1, .weight_decay = 0.01},
          .dropout_rate = 0.3,
          .conv_blocks = {{.out_channels = 58,
                           .kernel_size = 4,
                           .stride = 2,
                           .padding = 2,
                           .relu = true,
                           .dropout = true,
                           .pool = PoolSpec{.kernel_size = 3, .stride = 2, .padding = 1}},
                          {.out_channels = 60, .kernel_size = 3, .stride = 1, .padding = 1, .relu = true}},
          .fc_dropout_rate = 0.4,
          .hidden_linears = {{.out_features = 21, .dropout = true}},
          .classes = 10};
}

std::string difference(const SelfCheckBits& expected, const SelfCheckBits& found) {
  for (std::size_t step = 0; step < expected.losses.size(); ++step) {
    if (expected.losses[step] == found.losses[step]) continue;
    return fmt::format("the loss of step {} should be {} (0x{:08X}), but is {} (0x{:08X})", step + 1,
                       std::bit_cast<float>(expected.losses[step]), expected.losses[step],
                       std::bit_cast<float>(found.losses[step]), found.losses[step]);
  }
  return fmt::format(
      "all {} losses agree, but the parameters after the last step hash to 0x{:016X} instead of 0x{:016X}",
      kSelfCheckSteps, found.parameters, expected.parameters);
}

/// The largest distance of a loss.
double require_near(const Backend& backend, const SelfCheckBits& expected, const SelfCheckBits& found) {
  double largest = 0;
  for (std::size_t step = 0; step < expected.losses.size(); ++step) {
    const double exact = std::bit_cast<float>(expected.losses[step]);
    const double fast = std::bit_cast<float>(found.losses[step]);
    largest = std::max(largest, relative_error(fast - exact, exact));
    if (largest <= kFastLossTolerance) continue;
    throw DeviceError(
        fmt::format("self-check: {} in fast arithmetic: the loss of step {} should be within {} of {} "
                    "(relatively), but is "
                    "{}. Use arithmetic \"exact\", and send the output of `mayfly selftest` with a report",
                    backend.description(), step + 1, kFastLossTolerance, exact, fast));
  }
  return largest;
}

}  // namespace

const SelfCheckBits kSelfCheckExpected = kVersion1;

SelfCheckTask self_check_task() {
  SelfCheckTask task{.spec = self_check_spec(), .image = {3, 11, 11}};
  const std::size_t images = std::size_t{kSelfCheckSteps} * task.spec.batch_size;
  DrawSequence draws(kSeed, Stream::architecture, {});
  for (std::size_t i = 0; i < images; ++i) {
    task.labels.push_back(static_cast<std::uint8_t>(draws.below(task.spec.classes)));
    for (int pixel = 0; pixel < task.image.channels * task.image.height * task.image.width; ++pixel)
      task.pixels.push_back(static_cast<std::uint8_t>(draws.next()));
  }
  return task;
}

std::uint64_t hash_of(const std::vector<float>& values) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const float value : values) hash = (hash ^ std::bit_cast<std::uint32_t>(value)) * 0x100000001B3;
  return hash;
}

SelfCheckBits self_check_bits(Backend& backend) {
  const SelfCheckTask task = self_check_task();
  const auto dataset = backend.make_dataset(task.pixels, task.labels, task.image);
  Network network(backend, task.spec, task.image, pixel_table(Normalize::half, {}, task.image),
                  {.seeds = {kSeed, kSeed, kSeed}});
  std::vector<std::uint32_t> order(task.labels.size());
  std::iota(order.begin(), order.end(), 0U);
  network.initialise();
  network.set_order(order);
  SelfCheckBits bits;
  for (std::uint32_t& loss : bits.losses) {
    backend.reset_sums();
    network.train_step(*dataset);
    loss = std::bit_cast<std::uint32_t>(static_cast<float>(backend.read_sums().trained.loss));
  }
  backend.reset_sums();
  bits.parameters = hash_of(network.export_parameters());
  return bits;
}

double relative_error(double error, double exact) {
  if (error == 0) return 0;
  const double ratio = std::abs(error / exact);
  return std::isnan(ratio) ? std::numeric_limits<double>::infinity() : ratio;
}

double self_check(Backend& backend, Arithmetic arithmetic, const SelfCheckBits& expected) {
  const SelfCheckBits found = self_check_bits(backend);
  if (arithmetic == Arithmetic::fast) return require_near(backend, expected, found);
  if (found == expected) return 0;
  throw DeviceError(fmt::format(
      "self-check: {} does not compute what version {} of the exact arithmetic says: {}. Tables made here "
      "would not be those of other machines. Try another processor (MAYFLY_SIMD=none narrows it down), "
      "compiler or build; a build with -ffast-math or contraction fails like this",
      backend.description(), kArithmeticVersion, difference(expected, found)));
}

}  // namespace mayfly
