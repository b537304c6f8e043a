#include "kernels/cuda/vendor/status.h"

#include <fmt/format.h>

#include <array>

#include "core/error.h"
#include "kernels/cuda/error.h"

namespace mayfly::cuda {
namespace {

int cublas_part(libraryPropertyType part) {
  int value = 0;
  check(cublas().get_property(part, &value), "tell its version");
  return value;
}

/// Their statuses hardly tell why something failed: CUDA is asked whether the device is lost or full.
[[noreturn]] void refuse(const std::string& message) {
  constexpr std::size_t kLittle = std::size_t{256} << 20;
  std::size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total), message.c_str());
  if (free < kLittle) throw OutOfDeviceMemory(message);
  throw DeviceError(message);
}

}  // namespace

std::string cudnn_last_words() {
  std::array<char, 512> words{};
  cudnn().get_last_error_string(words.data(), words.size());
  return words.data();
}

void check(cudnnStatus_t status, const char* what) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  const std::string words = cudnn_last_words();
  const std::string message = fmt::format("cuDNN: cannot {}: {}{}{}", what, cudnn().get_error_string(status),
                                          words.empty() ? "" : ": ", words);
  if (status == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED) throw OutOfDeviceMemory(message);
  refuse(message);
}

void check(cublasStatus_t status, const char* what) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  const std::string message = fmt::format("cuBLAS: cannot {}: {}", what, cublas().get_status_name(status));
  if (status == CUBLAS_STATUS_ALLOC_FAILED) throw OutOfDeviceMemory(message);
  refuse(message);
}

bool is_failure_of_machine(cudnnStatus_t status) {
  constexpr int kIncompatibleDriver = 3005, kIncompatibleRuntime = 3006, kLibraryUnavailable = 3009;
  const int code = static_cast<int>(status);  // not all have names in cuDNN 9.0
  const int family = code / 1000 * 1000;
  return family == 1000 || family == CUDNN_STATUS_EXECUTION_FAILED || code == kIncompatibleDriver ||
         code == kIncompatibleRuntime || code == kLibraryUnavailable ||
         code == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED ||
         code == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED;
}

std::string cudnn_version() {
  const auto version = cudnn().get_version();  // MAJOR*10000 + MINOR*100 + PATCH since 9.0
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

std::string cublas_version() {
  return fmt::format("{}.{}.{}", cublas_part(MAJOR_VERSION), cublas_part(MINOR_VERSION),
                     cublas_part(PATCH_LEVEL));
}

}  // namespace mayfly::cuda
