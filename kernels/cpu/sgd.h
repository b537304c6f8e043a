// SGD (kernels/arithmetic.md section 7), in one pass over parameters or on the tiles of a weight gradient.
#pragma once

#include <cstddef>

#include "kernels/backend.h"
#include "kernels/cpu/team.h"

namespace mayfly::cpu {

/// The scalars, tested for zero in binary64 and rounded.
struct SgdFactors {
  /// `is_first`: the network's first update.
  SgdFactors(const SgdScalars& scalars, bool is_first);

  bool decays, has_momentum, first;
  float learning_rate, mu, one_minus_dampening, weight_decay;
};

/// What a weight gradient is used for at once: the element at dw + i updates weights + i and momentum + i.
struct WeightUpdate {
  SgdFactors factors;
  const float* dw;
  float* weights;
  float* momentum;  ///< nullptr where there is none
};

/// momentum may be nullptr where the scalar is 0.
void sgd(Team& team, const SgdFactors& factors, std::size_t count, const float* gradients, float* weights,
         float* momentum);

}  // namespace mayfly::cpu
