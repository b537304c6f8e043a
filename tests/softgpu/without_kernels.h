// For tests that ask which kernels are started, not what they compute.
#pragma once

#include "tests/softgpu/softgpu.h"

namespace mayfly::tests {

/// While it lives, kernels of the software device compute nothing.
class WithoutKernels {
 public:
  WithoutKernels() {
    softgpu::Settings settings = before_;
    settings.kernels_run = false;
    softgpu::configure(settings);
  }
  ~WithoutKernels() { softgpu::configure(before_); }
  WithoutKernels(const WithoutKernels&) = delete;
  WithoutKernels& operator=(const WithoutKernels&) = delete;

 private:
  const softgpu::Settings before_ = softgpu::settings();
};

}  // namespace mayfly::tests
