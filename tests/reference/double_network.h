// A whole network in binary64 over whole maps, forward and backward, with dropout masks that are given.
#pragma once

#include <cstdint>
#include <vector>

#include "core/network_spec.h"
#include "core/shape.h"
#include "tests/reference/double_precision.h"

namespace mayfly::double_precision {

struct DoubleLayer {
  Conv2dShape conv;  ///< whole maps
  bool relu = false;
  bool pools = false;
  Pool2dShape pool;
  Doubles mask;  ///< factor of each activation (0 or 1/(1-p)); empty: no dropout
};

/// Values and gradients of one layer in the last step.
struct LayerValues {
  Doubles input;
  Doubles weights, bias;
  Doubles before_relu;
  Doubles activations;
  std::vector<std::size_t> winners;
  Doubles gradient;       ///< at `before_relu`
  Doubles pool_gradient;  ///< at the layer's output, where it pools
};

struct DoubleNetwork {
  DoubleNetwork(const NetworkSpec& spec, ImageShape image);

  /// Forward and backward of x (batch, channels, height, width); returns the mean loss.
  double step(const Doubles& x, const std::vector<std::uint32_t>& labels);
  /// Every choice the last step made: sign at each ReLU, winner of each window. Between two steps with equal
  /// decisions the network is smooth.
  std::vector<std::size_t> decisions() const;

  std::vector<DoubleLayer> layers;
  Doubles parameters;  ///< per layer weights (O,I,kh,kw), then biases
  Doubles gradients;
  std::vector<LayerValues> values;
  Loss loss;

 private:
  Doubles forward(Doubles x);
  void backward(Doubles gradient);
};

}  // namespace mayfly::double_precision
