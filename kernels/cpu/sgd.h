// One SGD step over a run of parameters (kernels/arithmetic.md section 7).
#pragma once

#include <cstddef>

#include "kernels/backend.h"
#include "kernels/cpu/team.h"

namespace mayfly::cpu {

/// `first`: the network's first update. momentum may be nullptr where the scalar is 0.
void sgd(Team& team, const SgdScalars& scalars, bool first, std::size_t count, const float* gradients,
         float* weights, float* momentum);

}  // namespace mayfly::cpu
