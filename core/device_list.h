// What --device and train.device name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mayfly {

struct DeviceList {
  bool cuda = false;      ///< else the CPU
  std::vector<int> gpus;  ///< by CUDA's numbers; empty with cuda: all visible ones
};

/// How it is written, for error messages.
inline constexpr const char* kDeviceListForm = "cpu, cuda or a list of GPUs, each once, such as cuda:0,2";

/// "cpu", "cuda" or "cuda:" and numbers with commas between them; empty where the text is none of these.
std::optional<DeviceList> parse_device_list(std::string_view text);

}  // namespace mayfly
