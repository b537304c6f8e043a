// One SGD step over the flat arena of a network (kernels/arithmetic.md section 7): one kernel, four
// parameters a thread, bound by memory.
#pragma once

#include <cstddef>

#include "kernels/backend.h"
#include "kernels/cuda/context.h"

namespace mayfly::cuda {

/// The equation of section 7; it is the first update where DeviceState.updates is 0. `momentum` may be
/// nullptr where the scalar is 0. All pointers are aligned to 16 bytes. Padding of the arena keeps its bits:
/// with gradient +0 a weight of -0 or +0 stays what it is, whatever the scalars (learning rate above 0,
/// dampening at most 1).
void sgd(const Context& context, const SgdScalars& scalars, std::size_t count, const float* gradients,
         float* weights, float* momentum);

}  // namespace mayfly::cuda
