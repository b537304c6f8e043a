// A build without CUDA.
#include <fmt/format.h>

#include "core/error.h"
#include "kernels/cuda/open.h"

namespace mayfly::cuda {

int visible_cuda_devices(const std::string& devices) {
  throw DeviceError(fmt::format(
      "device '{}': this build has no CUDA (no nvcc was found when it was configured); use --device cpu, or "
      "build where nvcc is on the PATH (docs/cuda.md)",
      devices));
}

std::vector<std::shared_ptr<Device>> open_cuda_devices(const std::string& devices,
                                                       Arithmetic /*arithmetic*/) {
  visible_cuda_devices(devices);
  return {};
}

}  // namespace mayfly::cuda
