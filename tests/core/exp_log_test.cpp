// exp and log against the C library's binary64 and long double, and their bits against a committed hash.
// The tests take samples. Over every binary32 input of the domain: exp_f32 at most 1 step from the correctly
// rounded result and 1.06 ulp from the exact one (99.2 % correctly rounded), log_f32 at most 2 steps and 1.97
// ulp.
#include "core/exp_log.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <limits>

#include "core/random.h"

namespace mayfly {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kSmallestNormal = std::numeric_limits<float>::min();
constexpr float kLargest = std::numeric_limits<float>::max();

float from_bits(std::uint32_t bits) {
  return std::bit_cast<float>(bits);
}

/// Number of binary32 values between two of the same sign.
std::int64_t steps_between(float a, float b) {
  return std::abs(std::int64_t{std::bit_cast<std::int32_t>(a)} - std::bit_cast<std::int32_t>(b));
}

/// Largest distance of `ours` from the correctly rounded `exact`, over every `stride`-th bit pattern.
std::int64_t largest_distance(std::uint32_t first, std::uint32_t last, std::uint32_t stride,
                              float (*ours)(float), double (*exact)(double)) {
  std::int64_t largest = 0;
  for (std::uint64_t bits = first; bits <= last; bits += stride) {
    const float x = from_bits(static_cast<std::uint32_t>(bits));
    largest = std::max(largest, steps_between(ours(x), static_cast<float>(exact(x))));
  }
  return largest;
}

std::int64_t exp_distance(float first, float last, std::uint32_t stride) {
  return largest_distance(std::bit_cast<std::uint32_t>(first), std::bit_cast<std::uint32_t>(last), stride,
                          exp_f32, [](double x) { return std::exp(x); });
}

TEST(ExpF32, WithinOneUlpOfCorrectlyRounded) {
  EXPECT_LE(exp_distance(0.0F, 90.0F, 997), 1);
  EXPECT_LE(exp_distance(-0.0F, -87.0F, 997), 1);
  EXPECT_LE(exp_distance(0.25F, 1.0F, 13), 1);
  EXPECT_LE(exp_distance(-0.25F, -1.0F, 13), 1);
}

TEST(ExpF32, SubnormalResultsRoundOnce) {
  EXPECT_LE(exp_distance(-87.0F, -106.0F, 7), 1);
}

TEST(ExpF32, Limits) {
  EXPECT_EQ(exp_f32(0.0F), 1.0F);
  EXPECT_EQ(exp_f32(-0.0F), 1.0F);
  EXPECT_EQ(exp_f32(kInfinity), kInfinity);
  EXPECT_EQ(exp_f32(kLargest), kInfinity);
  EXPECT_EQ(exp_f32(0x1.62e42ep+6F), static_cast<float>(std::exp(0x1.62e42ep+6)));  // the last finite result
  EXPECT_EQ(exp_f32(0x1.62e430p+6F), kInfinity);
  EXPECT_EQ(exp_f32(-0x1.9fe368p+6F), 0x1p-149F);  // the last result that is not 0
  EXPECT_EQ(std::bit_cast<std::uint32_t>(exp_f32(-0x1.9fe36ap+6F)), 0U);
  for (const float x : {-104.0F, -kLargest, -kInfinity})
    EXPECT_EQ(std::bit_cast<std::uint32_t>(exp_f32(x)), 0U) << x;
  EXPECT_EQ(exp_f32(0x1p-149F), 1.0F);
  for (const std::uint32_t nan : {0x7fc00000U, 0xffc00000U, 0x7f800001U, 0xffffffffU})
    EXPECT_TRUE(std::isnan(exp_f32(from_bits(nan)))) << nan;
}

TEST(LogF32, WithinTwoUlpOfCorrectlyRounded) {
  const auto distance = [](float first, float last, std::uint32_t stride) {
    return largest_distance(std::bit_cast<std::uint32_t>(first), std::bit_cast<std::uint32_t>(last), stride,
                            log_f32, [](double x) { return std::log(x); });
  };
  EXPECT_LE(distance(kSmallestNormal, kLargest, 997), 2);
  EXPECT_LE(distance(0.5F, 0x1.fffffep-1F, 11), 2);
  EXPECT_LE(distance(0x1.000002p+0F, 2.0F, 11), 2);
}

TEST(LogF32, Limits) {
  EXPECT_EQ(std::bit_cast<std::uint32_t>(log_f32(1.0F)), 0U);  // +0
  EXPECT_EQ(log_f32(kInfinity), kInfinity);
  EXPECT_EQ(log_f32(kLargest), static_cast<float>(std::log(static_cast<double>(kLargest))));
  EXPECT_EQ(log_f32(kSmallestNormal), static_cast<float>(std::log(static_cast<double>(kSmallestNormal))));
  for (const std::uint32_t nan : {0x7fc00000U, 0x7f800001U, 0xffc00000U})
    EXPECT_TRUE(std::isnan(log_f32(from_bits(nan)))) << nan;
}

/// Error in units of the exact result's last place in binary64.
double ulps(double ours, long double exact) {
  int exponent = 0;
  std::frexp(exact, &exponent);
  return static_cast<double>(std::fabs(ours - exact) / std::ldexp(1.0L, exponent - 53));
}

/// Largest error over draws u in (0, 1) mapped to inputs by `input`.
double largest_error(double (*input)(double), double (*ours)(double), long double (*exact)(long double)) {
  DrawSequence draws(1, Stream::architecture, {});
  double largest = 0;
  for (int i = 0; i < 200000; ++i) {
    const double u = (draws.next() + 0.5 + draws.next() * 0x1p-32) * 0x1p-32;
    const double x = input(u);
    largest = std::max(largest, ulps(ours(x), exact(x)));
  }
  return largest;
}

class Binary64 : public testing::Test {
 protected:
  void SetUp() override {
    if (std::numeric_limits<long double>::digits < 64)
      GTEST_SKIP() << "long double is binary64 here: nothing to compare with";
  }
  static long double exact_exp(long double x) { return std::exp(x); }
  static long double exact_log(long double x) { return std::log(x); }
};

TEST_F(Binary64, ExpWithinTwoUlp) {  // measured: below 1
  EXPECT_LE(largest_error([](double u) { return (u - 0.5) * 1398; }, exp_f64, exact_exp), 2);
  EXPECT_LE(largest_error([](double u) { return (u - 0.5) * 24; }, exp_f64, exact_exp), 2);
  EXPECT_EQ(exp_f64(0.0), 1.0);
}

TEST_F(Binary64, LogWithinTwoUlp) {  // measured: 1.98, just above 1
  EXPECT_LE(largest_error([](double u) { return 0.5 + u; }, log_f64, exact_log), 2);
  EXPECT_LE(largest_error([](double u) { return 1 + u / 16; }, log_f64, exact_log), 2);
  EXPECT_LE(largest_error([](double u) { return std::ldexp(1 + u, static_cast<int>(2000 * u) - 1000); },
                          log_f64, exact_log),
            2);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(log_f64(1.0)), 0U);
}

/// FNV-1a over bytes, lowest first.
template <class Word>
void add_to_hash(std::uint64_t& hash, Word word) {
  for (std::size_t byte = 0; byte < sizeof word; ++byte)
    hash = (hash ^ (static_cast<std::uint64_t>(word) >> 8 * byte & 0xff)) * 0x100000001b3U;
}

constexpr std::uint64_t kHashStart = 0xcbf29ce484222325U;

TEST(Bits, OfBinary32) {  // any compiler, processor or option that changes one shows here
  std::uint64_t exps = kHashStart, logs = kHashStart;
  for (std::uint32_t bits = 0; bits < 0x7f800000U; bits += 9973) {
    add_to_hash(exps, std::bit_cast<std::uint32_t>(exp_f32(from_bits(bits))));
    add_to_hash(exps, std::bit_cast<std::uint32_t>(exp_f32(from_bits(bits | 0x80000000U))));
    const float x = from_bits(bits);
    if (x >= kSmallestNormal) add_to_hash(logs, std::bit_cast<std::uint32_t>(log_f32(x)));
  }
  EXPECT_EQ(exps, 9937758737775741956U);
  EXPECT_EQ(logs, 7633250437621908879U);
}

TEST(Bits, OfBinary64) {
  std::uint64_t exps = kHashStart, logs = kHashStart;
  for (int i = -69900; i <= 69900; ++i) add_to_hash(exps, std::bit_cast<std::uint64_t>(exp_f64(i * 0.01)));
  for (std::uint64_t bits = 0x0010000000000000U; bits < 0x7ff0000000000000U; bits += 0x0000123456789abcU * 8)
    add_to_hash(logs, std::bit_cast<std::uint64_t>(log_f64(std::bit_cast<double>(bits))));
  EXPECT_EQ(exps, 11965207707940799143U);
  EXPECT_EQ(logs, 13402471693852057356U);
}

}  // namespace
}  // namespace mayfly
