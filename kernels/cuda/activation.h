// Backward of dropout and ReLU, in place on dy, with the bias gradient (kernels/arithmetic.md sections 3 and
// 4), as one kernel.
//
//   g[p,n,c]  = relu'(drop'(dy[p,n,c])), +0 in padding channels whatever they held;  dy = g
//   s[p,c]    = ((+0 + g[p,0,c]) + g[p,1,c]) + ...            images in order
//   dbias[c]  = (s[0,c] + s[1,c]) + ...                       positions in order
//
// A warp's lanes are 32 columns: 4, 8, 16 or 32 channels of as many positions as fill it. Blocks
// (positions) x (channels) of 32 x 9 threads: while the first warp adds the rows (images) of one tile in
// order, the other eight compute those of the next. The last block of a group of channels adds the positions
// the same way.
#pragma once

#include "kernels/backend.h"
#include "kernels/cuda/context.h"

namespace mayfly::cuda {

/// What activation_backward needs on the device: floats that it writes first, and tickets that are 0 (it
/// leaves them 0). Operations of one stream may share both.
std::size_t activation_scratch_floats(const Conv2dShape& shape);
std::size_t activation_tickets(const Conv2dShape& shape);

/// y and dy are maps of context.layout(); y is what forward wrote. dbias: out_channels floats. DeviceError
/// where the map has 2^31 elements.
void activation_backward(const Context& context, const Conv2dShape& shape, const Activation& activation,
                         const float* y, float* dy, float* dbias, float* scratch, unsigned* tickets);

}  // namespace mayfly::cuda
