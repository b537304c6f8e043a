// A whole network in the exact arithmetic of kernels/arithmetic.md: plain data, and the two things one does
// with it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/network_shapes.h"
#include "core/network_spec.h"
#include "tests/reference/exact.h"

namespace mayfly::exact {

/// What forward leaves of a layer, kept maps in logical order.
struct LayerTrace {
  Floats input;
  Floats before_relu;        ///< products and bias
  Floats activations;        ///< after ReLU and dropout
  std::vector<bool> kept;    ///< by dropout; empty without
  std::vector<int> winners;  ///< of pooling; empty without
  Floats output;
};

/// Parameters, gradients and momentum are in the order of Network::export_parameters: per layer weights
/// (O,I,kh,kw), then biases.
struct ExactNetwork {
  /// Draws the parameters from spec.random_seed; pixels are normalised as `half`.
  ExactNetwork(const NetworkSpec& spec, ImageShape image);

  /// `images` (batch, channels, height, width). Forward with dropout, backward, SGD; step and updates grow.
  Loss train_step(std::span<const std::uint8_t> images, const std::vector<std::uint32_t>& labels);
  /// Forward without dropout; step grows.
  Loss evaluate_step(std::span<const std::uint8_t> images, const std::vector<std::uint32_t>& labels);

  NetworkSpec spec;
  NetworkShapes shapes;  ///< may be replaced by those of full_maps.h
  Floats pixel_table;
  bool element_dropout = false;
  std::uint32_t epoch = 0;
  std::uint32_t step = 0;
  std::uint64_t updates = 0;
  Floats parameters;
  Floats gradients;
  Floats momentum;
  std::vector<LayerTrace> trace;  ///< of the last step

 private:
  Floats forward(std::span<const std::uint8_t> images, bool training);
  void backward(Floats gradient);
  Floats normalised(std::span<const std::uint8_t> images) const;
};

}  // namespace mayfly::exact
