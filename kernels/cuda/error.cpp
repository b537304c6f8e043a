#include "kernels/cuda/error.h"

#include <fmt/format.h>

#include "core/error.h"

namespace mayfly::cuda {
namespace {

// cudaErrorContained, cudaErrorTensorMemoryLeak and cudaErrorMpsClientTerminated, younger than the oldest
// toolkit.
constexpr int kContained = 226, kTensorMemoryLeak = 721, kMpsClientTerminated = 810;

/// The program has no code for this GPU: which of the two is told depends on the call.
bool is_missing_code(cudaError_t status) {
  return status == cudaErrorNoKernelImageForDevice || status == cudaErrorInvalidDeviceFunction;
}

/// After these every call of this process on the device fails.
bool is_sticky(cudaError_t status) {
  switch (static_cast<int>(status)) {
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchTimeout:
    case cudaErrorLaunchFailure:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorAssert:
    case cudaErrorECCUncorrectable:
    case cudaErrorNvlinkUncorrectable:
    case cudaErrorContextIsDestroyed:
    case kMpsClientTerminated:
    case cudaErrorUnknown:
    case kContained:
    case kTensorMemoryLeak:
      return true;
    default:
      return false;
  }
}

}  // namespace

void check(cudaError_t status, const char* what) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // forgets errors that are not sticky
  const std::string message =
      fmt::format("cuda: cannot {}: {} ({})", what, cudaGetErrorName(status), cudaGetErrorString(status));
  if (status == cudaErrorMemoryAllocation) throw OutOfDeviceMemory(message);
  if (is_sticky(status)) throw DeviceLost(message);
  if (is_missing_code(status))
    throw DeviceError(message +
                      ": this program was built for other GPUs (`mayfly version` lists them); configure it "
                      "with CMAKE_CUDA_ARCHITECTURES set to this one, for a V100 (70) with CUDA 12 "
                      "(docs/cuda.md), or name the GPUs to use, such as --device cuda:0");
  throw DeviceError(message);
}

}  // namespace mayfly::cuda
