// A GPU: what its networks share, and what it is.
#pragma once

#include <cuda_runtime_api.h>

#include <map>
#include <memory>
#include <mutex>

#include "kernels/backend.h"
#include "kernels/cuda/dataset.h"

namespace mayfly::cuda {

class CudaDevice final : public Device, public std::enable_shared_from_this<CudaDevice> {
 public:
  /// `ordinal` as CUDA counts the visible devices. DeviceError where it cannot be used.
  CudaDevice(int ordinal, Arithmetic arithmetic);

  std::string name() const override;
  std::string numerics() const override;
  std::size_t free_memory() const override;
  std::size_t total_memory() const override;
  std::unique_ptr<Backend> make_backend(int threads) override;
  void reset() override;
  std::string information() const override;
  DevicePeak peak() const override;

  /// Makes it the calling thread's device, and forgets errors that the thread was not told: those of
  /// destructors, which else the next kernel would be blamed for. free_memory(), make_backend() and reset()
  /// do it too: a thread that has a backend asks no other device for them.
  void use() const;
  int multiprocessors() const { return multiprocessors_; }
  const std::string& model() const { return model_; }
  Arithmetic arithmetic() const { return arithmetic_; }
  /// Uploads on `stream`, or shares what another network has uploaded from the same memory.
  std::unique_ptr<CudaDataset> dataset(std::span<const std::uint8_t> pixels,
                                       std::span<const std::uint8_t> labels, ImageShape image,
                                       cudaStream_t stream);

 private:
  std::shared_ptr<const Buffer> shared_copy(std::span<const std::uint8_t> host, cudaStream_t stream);
  int attribute(cudaDeviceAttr attribute) const;

  const int ordinal_;
  const Arithmetic arithmetic_;
  std::string model_;
  std::size_t memory_ = 0;
  int major_ = 0, minor_ = 0;
  int multiprocessors_ = 0;
  std::mutex mutex_;  // copies_
  std::map<std::pair<const std::uint8_t*, std::size_t>, std::weak_ptr<const Buffer>> copies_;
};

}  // namespace mayfly::cuda
