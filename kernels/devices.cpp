#include <fmt/format.h>

#include <optional>

#include "core/device_list.h"
#include "core/error.h"
#include "kernels/backend.h"
#include "kernels/cpu/backend.h"
#include "kernels/cuda/open.h"

namespace mayfly {

std::vector<std::shared_ptr<Device>> open_devices(const std::string& devices, Arithmetic arithmetic) {
  const std::optional<DeviceList> list = parse_device_list(devices);
  if (!list) throw UsageError(fmt::format("device: expected {}, found '{}'", kDeviceListForm, devices));
  if (list->cuda) return cuda::open_cuda_devices(list->gpus, arithmetic);
  if (arithmetic == Arithmetic::fast)
    throw UsageError(
        "arithmetic: \"fast\" is for CUDA only: name a GPU with --device cuda (a campaign: train.device = "
        "\"cuda\"), or use \"exact\"");
  return {std::make_shared<cpu::CpuDevice>()};
}

std::shared_ptr<Device> open_device(const std::string& devices, Arithmetic arithmetic) {
  if (devices.empty()) return open_device(arithmetic == Arithmetic::fast ? "cuda" : "cpu", arithmetic);
  return open_devices(devices == "cuda" ? "cuda:0" : devices.substr(0, devices.find(',')), arithmetic)
      .front();
}

int visible_gpus() {
  return cuda::visible_cuda_devices(Arithmetic::exact);
}

std::unique_ptr<Backend> make_backend(const std::string& devices, int threads) {
  return open_device(devices)->make_backend(threads);
}

}  // namespace mayfly
