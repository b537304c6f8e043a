#include "kernels/cuda/open.h"

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/error.h"
#include "kernels/cuda/device.h"

namespace mayfly::cuda {
namespace {

/// And what to do.
std::string what_is_missing(cudaError_t status, int driver) {
  if (driver == 0)
    return "no NVIDIA driver was found; use --device cpu, or a machine where nvidia-smi lists a GPU";
  if (status == cudaErrorInsufficientDriver)
    return fmt::format(
        "the NVIDIA driver is for CUDA {}.{} and too old for this program, made with CUDA {}.{}; build it "
        "with an "
        "older toolkit (docs/cuda.md), update the driver, or use --device cpu",
        driver / 1000, driver % 1000 / 10, CUDART_VERSION / 1000, CUDART_VERSION % 1000 / 10);
  return fmt::format(
      "no CUDA device is visible ({}); use --device cpu, or see that nvidia-smi lists a GPU here and "
      "CUDA_VISIBLE_DEVICES does not hide it",
      cudaGetErrorString(status == cudaSuccess ? cudaErrorNoDevice : status));
}

[[noreturn]] void refuse(const std::string& devices) {
  throw UsageError(fmt::format("device: expected cuda or a list such as cuda:0,2, found '{}'", devices));
}

int ordinal_in(const std::string& devices, std::string_view text) {
  int ordinal = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ordinal);
  if (error != std::errc() || end != text.data() + text.size() || ordinal < 0) refuse(devices);
  return ordinal;
}

/// The numbers after "cuda:", each once.
std::vector<int> ordinals_in(const std::string& devices) {
  std::vector<int> ordinals;
  std::string_view rest = std::string_view(devices).substr(std::string_view("cuda:").size());
  for (;;) {
    const std::size_t comma = rest.find(',');
    const int ordinal = ordinal_in(devices, rest.substr(0, comma));
    if (std::find(ordinals.begin(), ordinals.end(), ordinal) != ordinals.end()) refuse(devices);
    ordinals.push_back(ordinal);
    if (comma == std::string_view::npos) return ordinals;
    rest.remove_prefix(comma + 1);
  }
}

std::vector<int> asked_for(const std::string& devices) {
  if (devices != "cuda" && !devices.starts_with("cuda:")) refuse(devices);
  std::vector<int> ordinals;
  if (devices != "cuda") ordinals = ordinals_in(devices);
  const int count = visible_cuda_devices(devices);
  if (devices == "cuda")
    for (int i = 0; i < count; ++i) ordinals.push_back(i);
  for (const int ordinal : ordinals)
    if (ordinal >= count)
      throw DeviceError(fmt::format("device '{}': there is no cuda:{}; visible are cuda:0 to cuda:{}",
                                    devices, ordinal, count - 1));
  return ordinals;
}

}  // namespace

int visible_cuda_devices(const std::string& devices) {
  int count = 0, driver = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  cudaDriverGetVersion(&driver);
  if (status == cudaSuccess && count > 0) return count;
  throw DeviceError(fmt::format("device '{}': {}", devices, what_is_missing(status, driver)));
}

std::vector<std::shared_ptr<Device>> open_cuda_devices(const std::string& devices, Arithmetic arithmetic) {
  std::vector<std::shared_ptr<Device>> opened;
  for (const int ordinal : asked_for(devices))
    opened.push_back(std::make_shared<CudaDevice>(ordinal, arithmetic));
  return opened;
}

}  // namespace mayfly::cuda
