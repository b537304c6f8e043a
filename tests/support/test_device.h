// The device that tests of all devices run on.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>

#include "kernels/backend.h"

namespace mayfly {

/// MAYFLY_TEST_DEVICE, or the CPU.
inline std::string test_device() {
  const char* device = std::getenv("MAYFLY_TEST_DEVICE");
  return device != nullptr && *device != '\0' ? device : "cpu";
}

inline std::unique_ptr<Backend> make_test_backend(int threads = 1) {
  return make_backend(test_device(), threads);
}

}  // namespace mayfly
