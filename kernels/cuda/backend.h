// The CUDA backend: stream, memory and recorded steps of one network on a GPU; the operations live in their
// own files. It belongs to the thread that made it.
#pragma once

#include "kernels/backend.h"
#include "kernels/cuda/context.h"
#include "kernels/cuda/device.h"
#include "kernels/cuda/gemm_choice.h"
#include "kernels/cuda/runtime.h"
#include "kernels/cuda/timer.h"
#include "kernels/cuda/vendor/vendor.h"
#include "kernels/cuda/workspace.h"

namespace mayfly::cuda {

class CudaBackend final : public Backend {
 public:
  explicit CudaBackend(std::shared_ptr<CudaDevice> device);

  std::string description() const override;
  bool is_cuda() const override { return true; }

  Buffer allocate(std::size_t bytes) override { return cuda::allocate(bytes, stream_); }
  void upload(const void* host, void* device, std::size_t bytes) override;
  void download(const void* device, void* host, std::size_t bytes) override;
  std::unique_ptr<DeviceDataset> make_dataset(std::span<const std::uint8_t> pixels,
                                              std::span<const std::uint8_t> labels,
                                              ImageShape image) override;
  std::size_t map_floats(int positions, int batch, int channels) const override;

  std::unique_ptr<Conv2d> make_conv2d(const Conv2dShape& shape) override;
  std::vector<std::string> conv2d_variants() const override;
  std::unique_ptr<Conv2d> make_conv2d_variant(const Conv2dShape& shape, std::size_t variant) override;
  std::unique_ptr<MaxPool2d> make_max_pool2d(const Pool2dShape& shape) override;
  std::unique_ptr<Gather> make_gather(const GatherShape& shape, std::span<const float> pixel_table) override;

  void activation_backward(const Conv2dShape& shape, const Activation& activation, const float* y, float* dy,
                           float* dbias) override;
  void dropout_mask(const DropoutShape& shape, double rate, std::uint32_t seed, std::uint32_t layer,
                    float* mask) override;
  void softmax_cross_entropy(int batch, int classes, const float* logits, const std::uint32_t* labels,
                             float* dlogits) override;
  void sgd(const SgdScalars& scalars, std::size_t count, const float* gradients, float* weights,
           float* momentum) override;

  StepCounters counters() const override { return counters_; }
  void set_counters(const StepCounters& counters) override;
  void advance(bool trained) override;
  void reset_sums() override;
  void set_sums(BatchKind kind, const LossSums& sums) override;
  BatchSums read_sums() override;
  std::function<void()> record(std::function<void()> body) override;
  void synchronise() override { stream_.synchronise(); }
  std::unique_ptr<DeviceTimer> make_timer() override { return std::make_unique<CudaTimer>(stream_); }

 private:
  class Recording;

  std::unique_ptr<Conv2d> make_conv2d(const Conv2dShape& shape, const GemmRule& rule);
  /// Workspace of the operations that have no plan.
  void reserve_for(const Conv2dShape& shape);
  void reserve_for_loss(int batch);

  std::shared_ptr<CudaDevice> device_;
  Stream stream_;
  Buffer state_;
  Context context_;
  std::unique_ptr<VendorEngine> vendor_;  // fast arithmetic only
  Workspace workspace_;
  PinnedValue<DeviceState> read_;
  StepCounters counters_;  // what the device's will be when all that was started is done
};

}  // namespace mayfly::cuda
