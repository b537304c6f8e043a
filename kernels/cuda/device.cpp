#include "kernels/cuda/device.h"

#include <fmt/format.h>

#include "core/error.h"
#include "kernels/cuda/backend.h"
#include "kernels/cuda/error.h"
#include "kernels/cuda/runtime.h"
#include "kernels/cuda/state.h"
#include "kernels/cuda/vendor/vendor.h"

namespace mayfly::cuda {
namespace {

/// Binary32 FMA units of a multiprocessor, by compute capability (CUDA C Programming Guide, table of
/// arithmetic throughput).
int fma_units(int major, int minor) {
  if (major == 7 || (major == 8 && minor == 0)) return 64;
  return 128;
}

std::string version_text(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

/// For the current device. Each network has a thread that mostly waits; a job may have fewer cores than
/// those.
void sleep_while_waiting() {
  check(cudaSetDeviceFlags(cudaDeviceScheduleBlockingSync), "choose how threads wait");
}

}  // namespace

CudaDevice::CudaDevice(int ordinal, Arithmetic arithmetic) : ordinal_(ordinal), arithmetic_(arithmetic) {
  use();
  sleep_while_waiting();
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, ordinal_), "ask for the properties of the device");
  model_ = properties.name;
  memory_ = properties.totalGlobalMem;
  major_ = properties.major;
  minor_ = properties.minor;
  multiprocessors_ = properties.multiProcessorCount;
  check(find_kernels(),
        fmt::format("run on {} ({}, compute capability {}.{})", name(), model_, major_, minor_).c_str());
}

std::string CudaDevice::name() const {
  return fmt::format("cuda:{}", ordinal_);
}

std::string CudaDevice::numerics() const {
  return arithmetic_ == Arithmetic::exact ? "" : vendor_numerics(model_);
}

void CudaDevice::use() const {
  cudaGetLastError();
  check(cudaSetDevice(ordinal_), "use the device");
}

int CudaDevice::attribute(cudaDeviceAttr attribute) const {
  int value = 0;
  check(cudaDeviceGetAttribute(&value, attribute, ordinal_), "ask for an attribute of the device");
  return value;
}

std::size_t CudaDevice::free_memory() const {
  use();
  std::size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total), "ask for free memory");
  return free;
}

std::size_t CudaDevice::total_memory() const {
  return memory_;
}

std::unique_ptr<Backend> CudaDevice::make_backend(int /*threads*/) {
  return std::make_unique<CudaBackend>(shared_from_this());
}

void CudaDevice::reset() {
  // Both may report the error that made this necessary. Whether it helped, the first question after it tells.
  cudaSetDevice(ordinal_);
  int current = -1;
  cudaGetDevice(&current);
  if (current != ordinal_)
    throw DeviceLost(fmt::format("cuda: cannot reset {}: it cannot be chosen", name()));
  cudaDeviceReset();
  free_memory();
  sleep_while_waiting();
}

std::string CudaDevice::information() const {
  int driver = 0, runtime = 0;
  check(cudaDriverGetVersion(&driver), "ask for the driver's version");
  check(cudaRuntimeGetVersion(&runtime), "ask for the runtime's version");
  return fmt::format(
      "{}: {}, compute capability {}.{}, {} multiprocessors, {:.1f} GiB, driver for CUDA {}, runtime {}",
      name(), model_, major_, minor_, multiprocessors_, static_cast<double>(memory_) / (1 << 30),
      version_text(driver), version_text(runtime));
}

DevicePeak CudaDevice::peak() const {
  const double hertz = 1e3 * attribute(cudaDevAttrClockRate);
  const double memory_hertz = 1e3 * attribute(cudaDevAttrMemoryClockRate);
  const int bus_bits = attribute(cudaDevAttrGlobalMemoryBusWidth);
  return {.flops = 2.0 * fma_units(major_, minor_) * multiprocessors_ * hertz,
          .bytes = 2.0 * memory_hertz * bus_bits / 8};
}

std::shared_ptr<const Buffer> CudaDevice::shared_copy(std::span<const std::uint8_t> host,
                                                      cudaStream_t stream) {
  const std::lock_guard lock(mutex_);
  std::weak_ptr<const Buffer>& known = copies_[{host.data(), host.size()}];
  if (auto copy = known.lock()) return copy;
  auto copy = std::make_shared<const Buffer>(upload_copy(host, stream));
  known = copy;
  return copy;
}

std::unique_ptr<CudaDataset> CudaDevice::dataset(std::span<const std::uint8_t> pixels,
                                                 std::span<const std::uint8_t> labels, ImageShape image,
                                                 cudaStream_t stream) {
  return std::make_unique<CudaDataset>(shared_copy(pixels, stream), shared_copy(labels, stream),
                                       static_cast<std::int64_t>(labels.size()), image);
}

}  // namespace mayfly::cuda
