// A backend that measures what a step spends on each operation, for which it waits. For one core or a GPU; a
// GPU's operations are then launched one by one.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "kernels/forwarding_backend.h"

namespace mayfly::bench {

/// What one operation, or one direction of one layer, took since reset().
struct OperationCost {
  std::string operation;  ///< "forward", "weight gradient", "pooling backward", "SGD", ...
  int layer = 0;          ///< from 1, or 0 where layers are not told apart
  double seconds = 0;
  double flops = 0;  ///< useful ones
  double bytes = 0;  ///< operands and results, each once
};

/// What operations are measured by, and waited for.
struct Meter {
  Backend* backend;
  DeviceTimer* timer;
};

class TimedBackend final : public ForwardingBackend {
 public:
  using ForwardingBackend::ForwardingBackend;

  const std::deque<OperationCost>& costs() const { return costs_; }
  void reset();
  std::size_t allocated() const { return allocated_; }  ///< bytes, over its whole life

  Buffer allocate(std::size_t bytes) override {
    allocated_ += bytes;
    return inner().allocate(bytes);
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
  std::function<void()> record(std::function<void()> body) override { return body; }

 private:
  Meter meter() const { return {&inner(), timer_.get()}; }

  std::unique_ptr<DeviceTimer> timer_ = inner().make_timer();
  std::deque<OperationCost> costs_;  // plans keep pointers to theirs
  std::size_t allocated_ = 0;
  int convolutions_ = 0, poolings_ = 0;
};

}  // namespace mayfly::bench
