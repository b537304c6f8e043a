// The door from the list of devices to CUDA. No vendor header: absent.cpp stands for it where the build has
// no CUDA.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "kernels/backend.h"

namespace mayfly::cuda {

/// open_devices() for "cuda" and "cuda:0,2".
std::vector<std::shared_ptr<Device>> open_cuda_devices(const std::string& devices, Arithmetic arithmetic);

/// At least 1; DeviceError about `devices`, saying what is missing, where there are none.
int visible_cuda_devices(const std::string& devices);

}  // namespace mayfly::cuda
