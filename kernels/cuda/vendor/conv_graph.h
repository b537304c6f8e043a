// A convolution as cuDNN sees it: one operation on packed planes, all FP32.
//
//   x  (batch, in_channels, height, width)                            the kept input
//   w  (out_channels, in_channels, kernel_size, kernel_size)
//   y  (batch, out_channels, planes_height, planes_width)             the whole output of that input
//
// The planes of y may have more rows and columns than are kept: with unequal paddings, which would make them
// fit, cuDNN 9 has no data gradient on a V100. Packed (N,C,H,W) because that is what its FP32 kernels read:
// from (N,H,W,C) they transpose into workspaces of up to 2 GiB, and a few layers have no plan at all. Both
// asked of cuDNN 9.10 and 9.19 (tests/cudnn_plans).
#pragma once

#include "core/shape.h"
#include "kernels/cuda/vendor/cudnn_graph.h"

namespace mayfly::cuda {

enum class Direction { forward, data_gradient, weight_gradient };

/// "data gradient".
const char* name_of(Direction direction);

inline int planes_height(const Conv2dShape& s) {
  return output_size(s.height, s.kernel_size, s.stride, s.padding);
}
inline int planes_width(const Conv2dShape& s) {
  return output_size(s.width, s.kernel_size, s.stride, s.padding);
}

/// Names of the tensors when a plan runs.
inline constexpr std::int64_t kTensorX = 1, kTensorW = 2, kTensorY = 3;

/// Forward writes y, the data gradient x, the weight gradient w; each overwrites. cuDNN does not promise to
/// copy what a descriptor names, so all of them are kept.
struct ConvGraph {
  ConvGraph(const Conv2dShape& shape, Direction direction);

  GraphDescriptor x, w, y;
  GraphDescriptor convolution;
  GraphDescriptor operation;
  GraphDescriptor graph;  ///< not finalized: what cuDNN must know of the device comes first (plan_choice.h)
};

}  // namespace mayfly::cuda
