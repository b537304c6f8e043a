// A backend that measures what a step spends on each operation: passes everything on to another one and waits
// for it. For one core or a GPU; a GPU's operations are then launched one by one.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "kernels/backend.h"

namespace mayfly::bench {

/// What one operation, or one direction of one layer, took since reset().
struct OperationCost {
  std::string operation;  ///< "forward", "weight gradient", "pooling backward", "SGD", ...
  int layer = 0;          ///< from 1, or 0 where layers are not told apart
  double seconds = 0;
  double flops = 0;  ///< useful ones
  double bytes = 0;  ///< operands and results, each once
};

class TimedBackend final : public Backend {
 public:
  explicit TimedBackend(std::unique_ptr<Backend> timed) : timed_(std::move(timed)) {}

  const std::deque<OperationCost>& costs() const { return costs_; }
  void reset();
  std::size_t allocated() const { return allocated_; }  ///< bytes, over its whole life

  std::string description() const override { return timed_->description(); }
  bool is_cuda() const override { return timed_->is_cuda(); }
  Buffer allocate(std::size_t bytes) override {
    allocated_ += bytes;
    return timed_->allocate(bytes);
  }
  void upload(const void* host, void* device, std::size_t bytes) override {
    timed_->upload(host, device, bytes);
  }
  void download(const void* device, void* host, std::size_t bytes) override {
    timed_->download(device, host, bytes);
  }
  std::unique_ptr<DeviceDataset> make_dataset(std::span<const std::uint8_t> pixels,
                                              std::span<const std::uint8_t> labels,
                                              ImageShape image) override {
    return timed_->make_dataset(pixels, labels, image);
  }
  std::size_t map_floats(int positions, int batch, int channels) const override {
    return timed_->map_floats(positions, batch, channels);
  }
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

  StepCounters counters() const override { return timed_->counters(); }
  void set_counters(const StepCounters& counters) override { timed_->set_counters(counters); }
  void advance(bool trained) override { timed_->advance(trained); }
  void reset_sums() override { timed_->reset_sums(); }
  void set_sums(const LossSums& sums) override { timed_->set_sums(sums); }
  LossSums read_sums() override { return timed_->read_sums(); }
  std::function<void()> record(std::function<void()> body) override { return body; }
  void synchronise() override { timed_->synchronise(); }

 private:
  std::unique_ptr<Backend> timed_;
  std::deque<OperationCost> costs_;  // plans keep pointers to theirs
  std::size_t allocated_ = 0;
  int convolutions_ = 0, poolings_ = 0;
};

}  // namespace mayfly::bench
