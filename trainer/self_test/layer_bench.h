// What the layers of a device cost: a convolution or Linear layer with operands, timed.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/network_shapes.h"
#include "kernels/backend.h"

namespace mayfly {

/// One layer with operands of noise on a backend. Values do not matter here, only time.
class LayerBench {
 public:
  LayerBench(Backend& backend, const Conv2dShape& shape);

  void forward();
  void data_gradient();  ///< not of a first convolution
  void weight_gradient();

  /// Useful floating-point operations of one call, in each direction.
  double flops() const { return flops_; }
  /// Bytes of the input, the output and the weights.
  double bytes() const { return static_cast<double>(x_.bytes() + y_.bytes() + weights_.bytes()); }

 private:
  Buffer filled(std::size_t floats);

  Backend& backend_;
  std::unique_ptr<Conv2d> conv_;
  Buffer x_, y_, weights_, gradients_, bias_;
  double flops_;
};

struct LayerDirection {
  const char* name;
  void (LayerBench::*run)();
};
/// Those that a layer has.
std::vector<LayerDirection> directions_of(const Conv2dShape& shape);

/// One pass of SGD with momentum over parameters that fit no cache.
class SgdBench {
 public:
  explicit SgdBench(Backend& backend);
  void step();
  double bytes() const;  ///< read and written by one call

 private:
  Backend& backend_;
  Buffer weights_, gradients_, momentum_;
};

/// Seconds per call of `work`, which the device may do later: called once to warm up, once by itself, and
/// where that took less than `seconds` for about so long.
double seconds_per_call(Backend& backend, const std::function<void()>& work, double seconds);

/// Useful floating-point operations of a layer in one direction, for its whole batch.
double useful_flops(const Conv2dShape& shape);

/// Useful operations of a training step: forward, weight gradient, and data gradient of all layers but the
/// first.
double training_flops(const NetworkShapes& shapes);

}  // namespace mayfly
