// The door from the list of devices to CUDA. No vendor header: absent.cpp stands for it where the build has
// no CUDA.
#pragma once

#include <memory>
#include <vector>

#include "kernels/backend.h"

namespace mayfly::cuda {

/// open_devices() for "cuda:0,2", and for "cuda" (no number).
std::vector<std::shared_ptr<Device>> open_cuda_devices(std::vector<int> gpus, Arithmetic arithmetic);

/// At least 1; DeviceError, saying what is missing and what else would do for this arithmetic, where there
/// are none.
int visible_cuda_devices(Arithmetic arithmetic);

/// "--device cpu, or ", among what to use; "" in fast arithmetic, which the CPU has not.
constexpr const char* the_cpu_instead(Arithmetic arithmetic) {
  return arithmetic == Arithmetic::exact ? "--device cpu, or " : "";
}

}  // namespace mayfly::cuda
