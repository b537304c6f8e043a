// Fixture: the backends that have to give equal bits. The CPU with 1, 2 and 3 threads, or with
// MAYFLY_TEST_DEVICE=cuda the first GPU (in tests/softgpu: one made of software).
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/device_array.h"
#include "tests/support/device_layout.h"
#include "tests/support/random_cases.h"
#include "tests/support/test_device.h"

namespace mayfly {

class BackendTest : public testing::Test {
 protected:
  void SetUp() override {
    const int most_threads = on_cpu() ? 3 : 1;
    for (int threads = 1; threads <= most_threads; ++threads) {
      std::string why;
      backends_.push_back(backend_or_reason(threads, why));
      if (!backends_.back()) GTEST_SKIP() << why;
    }
  }

  static bool on_cpu() { return test_device() == "cpu"; }
  /// How many random cases: a device made of software is slow.
  static int cases(int on_a_real_device) { return on_cpu() ? on_a_real_device : on_a_real_device / 2; }

  std::vector<std::unique_ptr<Backend>> backends_;
};

}  // namespace mayfly
