// Does this device compute what kernels/arithmetic.md says? Five training steps of a small fixed network that
// has every kind of layer, compared bit by bit with what tests/reference gives
// (tests/trainer/self_check_test.cpp). A few milliseconds; every device does it before its first network. In
// fast arithmetic the same steps run, and their losses have to be near the exact ones.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/network_spec.h"
#include "core/shape.h"
#include "kernels/backend.h"

namespace mayfly {

inline constexpr int kSelfCheckSteps = 5;

/// The fixed network and its images, drawn by Philox.
struct SelfCheckTask {
  NetworkSpec spec;
  ImageShape image;
  std::vector<std::uint8_t> pixels;  ///< kSelfCheckSteps batches, (image, channel, height, width)
  std::vector<std::uint8_t> labels;
};
SelfCheckTask self_check_task();

/// The bits that training brought.
struct SelfCheckBits {
  std::array<std::uint32_t, kSelfCheckSteps> losses{};  ///< binary32 batch losses
  std::uint64_t parameters = 0;                         ///< hash_of() of all of them in logical order
  bool operator==(const SelfCheckBits&) const = default;
};

/// FNV-1a over the bits of the values, a word at a time; NaNs must be canonical.
std::uint64_t hash_of(const std::vector<float>& values);

/// The bits of kArithmeticVersion.
extern const SelfCheckBits kSelfCheckExpected;

/// The bits of this device. Uses the backend as a network of its own would, from its first step on.
SelfCheckBits self_check_bits(Backend& backend);

/// How far the losses of fast arithmetic may be from the exact ones, relatively. Sums in another order differ
/// by 1e-6 at the first step; ReLUs and dropout of values near zero make more of it. A wrong kernel, a lost
/// barrier or a format of fewer bits does much worse.
inline constexpr double kFastLossTolerance = 1e-3;

/// |error / exact|: 0 where the error is, infinite where that is no number.
double relative_error(double error, double exact);

/// How far the losses are from the expected ones: the largest |found - expected| / |expected|, 0 in exact
/// arithmetic. DeviceError, saying what differs, where the device's bits are not the expected ones; in fast
/// arithmetic, where a loss is further than kFastLossTolerance.
double self_check(Backend& backend, Arithmetic arithmetic = Arithmetic::exact,
                  const SelfCheckBits& expected = kSelfCheckExpected);

}  // namespace mayfly
