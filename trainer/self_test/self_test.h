// Does a device compute what it should, in every way that training uses it? For the first minute on a new
// machine, and for the report of a defect (`mayfly selftest`).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "kernels/backend.h"
#include "trainer/self_check.h"

namespace mayfly {

struct SelfTestOptions {
  Arithmetic arithmetic = Arithmetic::exact;  ///< that of the device
  int networks = 40;                          ///< random ones (trainer/self_test/random_tasks.h)
  SelfCheckBits expected = kSelfCheckExpected;
};

struct SelfTestResult {
  std::string name;            ///< what was asked
  std::string failure;         ///< what is wrong; empty: nothing
  bool out_of_memory = false;  ///< the device had no memory for it: that is what failed
  std::string measured;        ///< how far fast arithmetic was from the exact one; empty: that was not asked
};

/// Called as each check ends.
using SelfTestCallback = std::function<void(const SelfTestResult&)>;

/// Runs all checks on `device` and returns how many failed. The reference is one core of the CPU, bit by bit;
/// on the CPU itself that compares one core with two. Fast arithmetic is compared within kFastLossTolerance,
/// kFastFirstStepTolerance and kFastRowTolerance, and with itself bit by bit. After DeviceLost the checks
/// that are left fail too.
int self_test(const std::shared_ptr<Device>& device, const SelfTestOptions& options,
              const SelfTestCallback& callback);

/// How far the losses of a short training run in fast arithmetic may be from the exact ones, relatively.
inline constexpr double kFastRowTolerance = 0.02;

}  // namespace mayfly
