// exp and log as fixed sequences of IEEE-754 operations, the same bits on every processor and device. The
// scalar functions below are the definition (kernels/arithmetic.md section 8); vector versions follow them
// term by term. Requires: no contraction by the compiler (-ffp-contract=off, -fmad=false), no flush to zero.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "core/host_device.h"

namespace mayfly {

/// Constants of the two binary32 functions, shared with the vector versions.
namespace exp_log {
inline constexpr float kLog2e = 0x1.715476p+0F;
inline constexpr float kRoundMagic = 0x1.8p+23F;  ///< adding it rounds to the nearest integer, ties to even
inline constexpr float kLn2High = 0x1.62e4p-1F;  ///< 16 significant bits: n * kLn2High is exact for |n| < 256
inline constexpr float kLn2Low = 0x1.7f7d1cp-20F;
inline constexpr float kExpLowest = -104.0F;  ///< exp of it rounds to 0
inline constexpr float kExpHighest = 89.0F;   ///< exp of it overflows
/// exp(r) = 1 + (r + r^2 * (1/2! + r/3! + r^2/4! + r^3/5! + r^4/6! + r^5/7!)), highest power first.
inline constexpr float kExpTerms[] = {0x1.a01a02p-13F, 0x1.6c16c2p-10F, 0x1.111112p-7F,
                                      0x1.555556p-5F,  0x1.555556p-3F,  0.5F};
/// log((1+s)/(1-s)) = 2s + s * s^2 * (2/3 + 2/5 s^2 + 2/7 s^4 + 2/9 s^6 + 2/11 s^8), highest power first.
inline constexpr float kLogTerms[] = {0x1.745d18p-3F, 0x1.c71c72p-3F, 0x1.24924ap-2F, 0x1.99999ap-2F,
                                      0x1.555556p-1F};
inline constexpr float kInfinity = std::numeric_limits<float>::infinity();
inline constexpr std::uint32_t kSqrtHalfBits = 0x3F3504F3;  ///< bits of sqrt(1/2) in binary32
}  // namespace exp_log

namespace detail {
template <class To, class From>
MAYFLY_HOST_DEVICE inline To bits_to(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}
MAYFLY_HOST_DEVICE inline float power_of_two(std::int32_t n) {  // -126 <= n <= 127
  return bits_to<float>(static_cast<std::uint32_t>(n + 127) << 23);
}
}  // namespace detail

/// e^x in binary32, within 1 ulp (tests/core/exp_log_test.cpp); NaN gives NaN.
MAYFLY_HOST_DEVICE inline float exp_f32(float x) {
  using namespace exp_log;
  float clamped = x < kExpLowest ? kExpLowest : x;
  clamped = clamped > kExpHighest ? kExpHighest : clamped;
  const float shifted = std::fma(clamped, kLog2e, kRoundMagic);
  const float n = shifted - kRoundMagic;
  float r = std::fma(n, -kLn2High, clamped);
  r = std::fma(n, -kLn2Low, r);
  constexpr float kTerms[] = {kExpTerms[0], kExpTerms[1], kExpTerms[2],  // a kernel sees no global arrays
                              kExpTerms[3], kExpTerms[4], kExpTerms[5]};
  float p = kTerms[0];
  for (int i = 1; i < 6; ++i) p = std::fma(p, r, kTerms[i]);
  p = std::fma(p, r * r, r) + 1.0F;
  const std::int32_t e = detail::bits_to<std::int32_t>(shifted) - detail::bits_to<std::int32_t>(kRoundMagic);
  const std::int32_t half =
      e >> 1;  // two factors, so that results below the smallest normal number round once
  const float result = p * detail::power_of_two(half) * detail::power_of_two(e - half);
  return x != x ? x : result;
}

/// Natural logarithm in binary32 of a normal number or +inf, within 2 ulp; log(NaN) is NaN; anything below
/// the smallest normal number is outside its domain.
MAYFLY_HOST_DEVICE inline float log_f32(float x) {
  using namespace exp_log;
  const std::uint32_t bits = detail::bits_to<std::uint32_t>(x);
  const std::uint32_t offset = bits - kSqrtHalfBits;
  const std::int32_t e = static_cast<std::int32_t>(offset) >> 23;
  const float m = detail::bits_to<float>((offset & 0x007FFFFFU) + kSqrtHalfBits);  // in [sqrt(1/2), sqrt(2))
  const float f = m - 1.0F;
  const float s = f / (f + 2.0F);
  const float s2 = s * s;
  constexpr float kTerms[] = {kLogTerms[0], kLogTerms[1], kLogTerms[2], kLogTerms[3], kLogTerms[4]};
  float p = kTerms[0];
  for (int i = 1; i < 5; ++i) p = std::fma(p, s2, kTerms[i]);
  const float n = static_cast<float>(e);
  const float low = std::fma(n, kLn2Low, s * s2 * p);
  const float result = std::fma(n, kLn2High, std::fma(2.0F, s, low));
  return x < kInfinity ? result : x;
}

/// e^x in binary64 for |x| < 700, within 1 ulp or two; for the log-uniform draws.
inline double exp_f64(double x) {
  constexpr double kLog2eDouble = 0x1.71547652b82fep+0;
  constexpr double kMagic = 0x1.8p+52;
  constexpr double kHigh = 0x1.62e42fefa3800p-1;
  constexpr double kLow = 0x1.ef35793c76730p-45;
  const double n = std::fma(x, kLog2eDouble, kMagic) - kMagic;
  double r = std::fma(n, -kHigh, x);
  r = std::fma(n, -kLow, r);
  double p = 1.0 / 87178291200.0;  // 1/14!
  constexpr double kFactorials[] = {6227020800.0, 479001600.0, 39916800.0, 3628800.0, 362880.0, 40320.0,
                                    5040.0,       720.0,       120.0,      24.0,      6.0,      2.0};
  for (const double factorial : kFactorials) p = std::fma(p, r, 1.0 / factorial);
  p = std::fma(p, r * r, r) + 1.0;
  const std::uint64_t scale = static_cast<std::uint64_t>(static_cast<std::int64_t>(n) + 1023) << 52;
  return p * detail::bits_to<double>(scale);
}

/// Natural logarithm in binary64 of a positive normal number; for the log-uniform draws.
inline double log_f64(double x) {
  constexpr std::uint64_t kSqrtHalf = 0x3FE6A09E667F3BCD;
  constexpr double kHigh = 0x1.62e42fefa3800p-1;
  constexpr double kLow = 0x1.ef35793c76730p-45;
  const std::uint64_t offset = detail::bits_to<std::uint64_t>(x) - kSqrtHalf;
  const double n = static_cast<double>(static_cast<std::int64_t>(offset) >> 52);
  const double m = detail::bits_to<double>((offset & 0x000FFFFFFFFFFFFFU) + kSqrtHalf);
  const double f = m - 1.0;
  const double s = f / (f + 2.0);
  const double s2 = s * s;
  double p = 2.0 / 25.0;
  for (int odd = 23; odd >= 3; odd -= 2) p = std::fma(p, s2, 2.0 / odd);
  return std::fma(n, kHigh, std::fma(2.0, s, std::fma(n, kLow, s * s2 * p)));
}

}  // namespace mayfly
