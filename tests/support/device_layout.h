// Between logical order and the layouts of the backends:
//   CPU   (H,W,N,C); the gathered batch (H + 2*padding, N, W + 2*padding, C)
//   CUDA  (H,W,N,C), C padded to four with +0; the gathered batch (H + 2*padding, W + 2*padding, N, C)
//   unpadded
#pragma once

#include <vector>

#include "core/shape.h"
#include "kernels/backend.h"
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

/// Floats of a map on the backend.
std::size_t device_floats(const Backend& backend, const LogicalMap& map);
/// From (N,C,H,W): the layout of activations, gradients, masks and (H = W = 1) logits.
std::vector<float> to_device(const Backend& backend, const LogicalMap& map,
                             const std::vector<float>& logical);
/// Back to (N,C,H,W). std::runtime_error where the padding of the layout is not +0.
std::vector<float> from_device(const Backend& backend, const LogicalMap& map,
                               const std::vector<float>& physical);
/// The gathered batch of the first convolution, with borders of +0.
std::vector<float> gathered(const Backend& backend, const LogicalMap& map, int padding,
                            const std::vector<float>& logical);
/// The input of a convolution, gathered or plain as its shape says.
std::vector<float> conv_input(const Backend& backend, const Conv2dShape& shape,
                              const std::vector<float>& logical);

}  // namespace mayfly
