// A build without CUDA.
#include <fmt/format.h>

#include "core/error.h"
#include "kernels/cuda/open.h"

namespace mayfly::cuda {

int visible_cuda_devices(Arithmetic arithmetic) {
  throw DeviceError(fmt::format(
      "cuda: this build has no CUDA (no nvcc was found when it was configured); use {}a program built where "
      "nvcc is on the PATH (docs/cuda.md)",
      the_cpu_instead(arithmetic)));
}

std::vector<std::shared_ptr<Device>> open_cuda_devices(std::vector<int> /*gpus*/, Arithmetic arithmetic) {
  visible_cuda_devices(arithmetic);
  return {};
}

}  // namespace mayfly::cuda
