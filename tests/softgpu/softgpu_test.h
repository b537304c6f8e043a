// What the software device's own tests share.
#pragma once

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "kernels/cuda/device_code.h"
#include "tests/softgpu/sanitizer.h"
#include "tests/softgpu/softgpu.h"

namespace mayfly::softgpu {

using cuda::launch;
using testing::HasSubstr;

/// Two streams on device 0, and a device as new at the end of each test.
class SoftGpu : public testing::Test {
 protected:
  SoftGpu();
  ~SoftGpu() override;

  float* device_floats(std::size_t count);
  /// Freed at the end.
  float* upload(const std::vector<float>& values);
  std::vector<float> download(const float* memory, std::size_t count);

  cudaStream_t stream_ = nullptr;
  cudaStream_t other_ = nullptr;

 private:
  std::vector<float*> memory_;
};

__global__ void set_to(float* x, float value);
__global__ void add_to(float* x, const float* y, int count);
__global__ void copy_one(float* to, const float* from);

/// A message in which AddressSanitizer, where it is, may come before the device's own.
inline std::string or_sanitizer(const std::string& ours) {
  return kAddressSanitizer ? "(" + ours + "|AddressSanitizer)" : ours;
}

}  // namespace mayfly::softgpu
