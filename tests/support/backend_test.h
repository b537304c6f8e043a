// Fixture: the CPU backend with 1, 2 and 3 threads, for tests that want equal bits from each.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/cpu_layout.h"
#include "tests/support/device_array.h"
#include "tests/support/random_cases.h"

namespace mayfly {

class BackendTest : public testing::Test {
 protected:
  void SetUp() override {
    for (int threads = 1; threads <= 3; ++threads) {
      std::string why;
      backends_.push_back(backend_or_reason(threads, why));
      if (!backends_.back()) GTEST_SKIP() << why;
    }
  }

  std::vector<std::unique_ptr<Backend>> backends_;
};

}  // namespace mayfly
