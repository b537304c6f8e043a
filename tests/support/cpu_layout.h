// Between logical order and the layouts of the CPU backend.
#pragma once

#include <vector>

#include "core/shape.h"
#include "tests/reference/logical_map.h"

namespace mayfly {

inline LogicalMap input_map(const Conv2dShape& s) {
  return {s.batch, s.in_channels, s.height, s.width};
}
inline LogicalMap output_map(const Conv2dShape& s) {
  return {s.batch, s.out_channels, s.out_height, s.out_width};
}
inline LogicalMap input_map(const Pool2dShape& s) {
  return {s.batch, s.channels, s.height, s.width};
}
inline LogicalMap output_map(const Pool2dShape& s) {
  return {s.batch, s.channels, s.out_height, s.out_width};
}

/// (N,C,H,W) -> (H,W,N,C), the layout of activations, gradients and element masks.
std::vector<float> to_cpu(const LogicalMap& map, const std::vector<float>& logical);
/// (H,W,N,C) -> (N,C,H,W).
std::vector<float> from_cpu(const LogicalMap& map, const std::vector<float>& physical);
/// (N,C,H,W) -> (H + 2*padding, N, W + 2*padding, C) with borders of +0: the gathered batch of the first
/// convolution.
std::vector<float> gathered_cpu(const LogicalMap& map, int padding, const std::vector<float>& logical);
/// The input of a convolution, gathered or plain as its shape says.
std::vector<float> conv_input_to_cpu(const Conv2dShape& shape, const std::vector<float>& logical);

}  // namespace mayfly
