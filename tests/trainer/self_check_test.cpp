#include "trainer/self_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <span>
#include <string>

#include "core/error.h"
#include "tests/reference/exact_network.h"

namespace mayfly {
namespace {

/// The same five steps in the reference.
SelfCheckBits reference_bits() {
  const SelfCheckTask task = self_check_task();
  exact::ExactNetwork network(task.spec, task.image);
  const auto batch = static_cast<std::size_t>(task.spec.batch_size);
  const std::size_t bytes = batch * task.pixels.size() / task.labels.size();
  SelfCheckBits bits;
  for (std::size_t step = 0; step < bits.losses.size(); ++step) {
    const auto labels = std::span(task.labels).subspan(step * batch, batch);
    const exact::Loss loss = network.train_step(std::span(task.pixels).subspan(step * bytes, bytes),
                                                {labels.begin(), labels.end()});
    bits.losses[step] = exact::canonical_bits(loss.batch_loss);
  }
  bits.parameters = hash_of(network.parameters);
  return bits;
}

std::string message_of(const SelfCheckBits& expected, Arithmetic arithmetic = Arithmetic::exact) {
  try {
    self_check(*make_backend("cpu", 1), arithmetic, expected);
  } catch (const DeviceError& error) {
    return error.what();
  }
  return "no error";
}

TEST(SelfCheckTest, ReferenceGivesTheExpectedBits) {
  const SelfCheckBits bits = reference_bits();
  EXPECT_EQ(bits.losses, kSelfCheckExpected.losses)
      << "losses in hexadecimal: " << std::hex << bits.losses[0] << ' ' << bits.losses[1] << ' '
      << bits.losses[2] << ' ' << bits.losses[3] << ' ' << bits.losses[4];
  EXPECT_EQ(bits.parameters, kSelfCheckExpected.parameters) << std::hex << bits.parameters;
}

TEST(SelfCheckTest, LossesSayThatItTrains) {
  for (const std::uint32_t loss : kSelfCheckExpected.losses) {
    EXPECT_GT(std::bit_cast<float>(loss), 1.0F);
    EXPECT_LT(std::bit_cast<float>(loss), 10.0F);
  }
}

TEST(SelfCheckTest, ThisProcessorPassesWithAnyNumberOfThreads) {
  for (const int threads : {1, 2, 3}) EXPECT_NO_THROW(self_check(*make_backend("cpu", threads)));
}

TEST(SelfCheckTest, OneBitOfALossFailsAndIsNamed) {
  SelfCheckBits expected = kSelfCheckExpected;
  expected.losses[3] ^= 1;
  EXPECT_THAT(message_of(expected), testing::HasSubstr("loss of step 4"));
}

TEST(SelfCheckTest, OneBitOfTheParametersFailsAndIsNamed) {
  SelfCheckBits expected = kSelfCheckExpected;
  expected.parameters ^= 1;
  EXPECT_THAT(message_of(expected), testing::HasSubstr("parameters after the last step"));
}

TEST(SelfCheckTest, FastLossesNeedOnlyBeNear) {
  SelfCheckBits expected = kSelfCheckExpected;
  expected.parameters ^= 1;
  expected.losses[3] = std::bit_cast<std::uint32_t>(std::bit_cast<float>(expected.losses[3]) * 1.0009F);
  EXPECT_EQ(message_of(expected, Arithmetic::fast), "no error");
  expected.losses[3] = std::bit_cast<std::uint32_t>(std::bit_cast<float>(expected.losses[3]) * 1.0009F);
  EXPECT_THAT(message_of(expected, Arithmetic::fast), testing::HasSubstr("loss of step 4"));
}

TEST(SelfCheckTest, HashSeesEveryBitAndTheOrder) {
  EXPECT_NE(hash_of({0.0F, 1.0F}), hash_of({1.0F, 0.0F}));
  EXPECT_NE(hash_of({0.0F}), hash_of({-0.0F}));
  EXPECT_NE(hash_of({1.0F}), hash_of({std::bit_cast<float>(std::bit_cast<std::uint32_t>(1.0F) ^ 1U)}));
}

}  // namespace
}  // namespace mayfly
