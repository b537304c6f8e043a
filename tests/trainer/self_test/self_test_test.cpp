#include "trainer/self_test/self_test.h"

#include <gmock/gmock.h>

#include <atomic>
#include <bit>
#include <map>

#include "core/error.h"
#include "tests/trainer/fake_device.h"

namespace mayfly {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using tests::FakeDevice;

constexpr int kNetworks = 9;

/// Failures by the first words of their checks.
std::map<std::string, std::string> failures(const std::shared_ptr<Device>& device,
                                            const SelfTestOptions& options = {.networks = kNetworks}) {
  std::map<std::string, std::string> failed;
  const int count = self_test(device, options, [&](const SelfTestResult& result) {
    if (!result.failure.empty()) failed[result.name.substr(0, 8)] = result.failure;
  });
  EXPECT_EQ(static_cast<std::size_t>(count), failed.size());
  return failed;
}

/// The least change of a number.
void spoil(float& value) {
  value = std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) ^ 1U);
}

TEST(SelfTestTest, TheCpuPasses) {
  EXPECT_TRUE(failures(open_devices("cpu").front()).empty());
}

TEST(SelfTestTest, TheCpuPassesAsAFastDeviceToo) {
  EXPECT_TRUE(
      failures(open_devices("cpu").front(), {.arithmetic = Arithmetic::fast, .networks = kNetworks}).empty());
}

TEST(SelfTestTest, OneBitOfOneStepIsFound) {
  const auto device = std::make_shared<FakeDevice>();
  device->after_sgd = [](std::span<float> weights, int steps) {
    if (steps == 3) spoil(weights[weights.size() / 2]);
  };
  const auto failed = failures(device);
  EXPECT_THAT(failed.at("five kno"), HasSubstr("self-check"));
  EXPECT_THAT(failed.at("9 random"), HasSubstr("random network 0"));
  EXPECT_TRUE(failed.contains("recorded"));
  EXPECT_FALSE(failed.contains("the same"));
}

TEST(SelfTestTest, OtherRowsAreFound) {
  const auto device = std::make_shared<FakeDevice>();
  device->after_sgd = [](std::span<float> weights, int) { weights[0] += 0.001F; };
  EXPECT_THAT(failures(device).at("a traini"), HasSubstr("epoch 0.5: expected"));
}

TEST(SelfTestTest, WhatChangesFromRunToRunIsFound) {
  const auto device = std::make_shared<FakeDevice>();
  device->after_sgd = [calls = std::make_shared<std::atomic<int>>(0)](std::span<float> weights, int) {
    if (++*calls % 7 == 0) spoil(weights[0]);
  };
  const auto failed = failures(device);
  EXPECT_THAT(failed.at("the same"), HasSubstr("second time"));
  EXPECT_TRUE(failed.contains("two netw"));
}

TEST(SelfTestTest, FastToleratesALittleAndNotMore) {
  const auto device = std::make_shared<FakeDevice>();
  float factor = 1.00001F;
  device->after_sgd = [&](std::span<float> weights, int) {
    for (float& weight : weights) weight *= factor;
  };
  const SelfTestOptions fast{.arithmetic = Arithmetic::fast, .networks = kNetworks};
  EXPECT_TRUE(failures(device, fast).empty());
  factor = 1.05F;
  EXPECT_TRUE(failures(device, fast).contains("five kno"));
}

TEST(SelfTestTest, FastSaysHowFarItWas) {
  const auto measured = [](const std::shared_ptr<Device>& device, Arithmetic arithmetic) {
    std::vector<std::string> texts;
    self_test(device, {.arithmetic = arithmetic, .networks = kNetworks},
              [&](const SelfTestResult& result) { texts.push_back(result.measured); });
    return texts;
  };
  const auto device = open_devices("cpu").front();
  EXPECT_THAT(measured(device, Arithmetic::fast),
              ElementsAre("0.0e+00", "0.0e+00 and 0.0e+00", "", "", "", "0.0e+00"));
  EXPECT_THAT(measured(device, Arithmetic::exact), testing::Each(""));
  const auto spoilt = std::make_shared<FakeDevice>();
  spoilt->after_sgd = [](std::span<float> weights, int) {
    for (float& weight : weights) weight *= 1.00001F;
  };
  const auto texts = measured(spoilt, Arithmetic::fast);
  EXPECT_THAT(texts.front(), MatchesRegex("[1-9]\\.[0-9]e-0[4-8]"));
  EXPECT_THAT(texts.back(), MatchesRegex("[1-9]\\.[0-9]e-0[3-8]"));
}

TEST(SelfTestTest, WantOfMemoryIsToldApart) {
  const auto device = std::make_shared<FakeDevice>(tests::FakeTraits{.memory = 1000});
  int without_memory = 0;
  const int failed = self_test(device, {.networks = 1}, [&](const SelfTestResult& result) {
    without_memory += result.out_of_memory ? 1 : 0;
  });
  EXPECT_GT(failed, 0);
  EXPECT_EQ(without_memory, failed);
}

TEST(SelfTestTest, ALostDeviceFailsWhatIsLeft) {
  const auto device = std::make_shared<FakeDevice>();
  device->on_step = [](int) { throw DeviceLost("an illegal address"); };
  const auto failed = failures(device);
  EXPECT_EQ(failed.size(), 6U);  // the five known steps came before
  EXPECT_THAT(failed.at("a traini"), HasSubstr("lost"));
}

}  // namespace
}  // namespace mayfly
