#include "kernels/cuda/open.h"

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include <numeric>

#include "core/error.h"
#include "kernels/cuda/device.h"

namespace mayfly::cuda {
namespace {

/// And what to do.
std::string what_is_missing(cudaError_t status, int driver, Arithmetic arithmetic) {
  const char* cpu = the_cpu_instead(arithmetic);
  if (driver == 0)
    return fmt::format("no NVIDIA driver was found; use {}a machine where nvidia-smi lists a GPU", cpu);
  if (status == cudaErrorInsufficientDriver)
    return fmt::format(
        "the NVIDIA driver is for CUDA {}.{} and too old for this program, made with CUDA {}.{}; use {}a "
        "newer driver, or a program built with an older toolkit (docs/cuda.md)",
        driver / 1000, driver % 1000 / 10, CUDART_VERSION / 1000, CUDART_VERSION % 1000 / 10, cpu);
  return fmt::format(
      "no CUDA device is visible ({}); use {}a machine where nvidia-smi lists a GPU that "
      "CUDA_VISIBLE_DEVICES does not hide",
      cudaGetErrorString(status == cudaSuccess ? cudaErrorNoDevice : status), cpu);
}

}  // namespace

int visible_cuda_devices(Arithmetic arithmetic) {
  int count = 0, driver = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  cudaDriverGetVersion(&driver);
  if (status == cudaSuccess && count > 0) return count;
  throw DeviceError("cuda: " + what_is_missing(status, driver, arithmetic));
}

std::vector<std::shared_ptr<Device>> open_cuda_devices(std::vector<int> gpus, Arithmetic arithmetic) {
  const int count = visible_cuda_devices(arithmetic);
  if (gpus.empty()) {
    gpus.resize(static_cast<std::size_t>(count));
    std::iota(gpus.begin(), gpus.end(), 0);
  }
  for (const int gpu : gpus)
    if (gpu >= count)
      throw DeviceError(fmt::format("there is no cuda:{}; visible are cuda:0 to cuda:{}", gpu, count - 1));
  std::vector<std::shared_ptr<Device>> opened;
  for (const int gpu : gpus) opened.push_back(std::make_shared<CudaDevice>(gpu, arithmetic));
  return opened;
}

}  // namespace mayfly::cuda
