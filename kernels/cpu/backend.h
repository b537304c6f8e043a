// The CPU backend: memory, cores and scratch of one network; the operations live in their own files.
#pragma once

#include <limits>

#include "kernels/backend.h"
#include "kernels/cpu/peak.h"
#include "kernels/cpu/scratch.h"
#include "kernels/cpu/team.h"
#include "kernels/cpu/timer.h"

namespace mayfly::cpu {

class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(int threads);

  std::string description() const override;
  bool is_cuda() const override { return false; }

  Buffer allocate(std::size_t bytes) override { return allocate_zeroed(bytes); }
  void upload(const void* host, void* device, std::size_t bytes) override;
  void download(const void* device, void* host, std::size_t bytes) override;
  std::unique_ptr<DeviceDataset> make_dataset(std::span<const std::uint8_t> pixels,
                                              std::span<const std::uint8_t> labels,
                                              ImageShape image) override;

  std::size_t map_floats(int positions, int batch, int channels) const override;
  std::unique_ptr<Conv2d> make_conv2d(const Conv2dShape& shape) override;
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
  void set_counters(const StepCounters& counters) override { counters_ = counters; }
  void advance(bool trained) override;
  void reset_sums() override { sums_ = {}; }
  void set_sums(BatchKind kind, const LossSums& sums) override { sums_of(kind) = sums; }
  BatchSums read_sums() override { return sums_; }
  std::function<void()> record(std::function<void()> body) override { return body; }
  void synchronise() override {}
  std::unique_ptr<DeviceTimer> make_timer() override { return std::make_unique<CpuTimer>(); }

 private:
  LossSums& sums_of(BatchKind kind) { return kind == BatchKind::trained ? sums_.trained : sums_.evaluated; }

  Team team_;
  Scratch scratch_;
  StepCounters counters_;
  BatchSums sums_;
};

/// The processor. Networks on it share nothing.
class CpuDevice final : public Device {
 public:
  std::string name() const override { return "cpu"; }
  std::string numerics() const override { return ""; }
  std::size_t free_memory() const override { return std::numeric_limits<std::size_t>::max(); }
  std::size_t total_memory() const override { return std::numeric_limits<std::size_t>::max(); }
  std::unique_ptr<Backend> make_backend(int threads) override {
    return std::make_unique<CpuBackend>(threads);
  }
  void reset() override {}
  std::string information() const override;
  DevicePeak peak() const override;
};

}  // namespace mayfly::cpu
