// Softmax cross-entropy of a batch: losses, hits, gradient (kernels/arithmetic.md section 6).
#pragma once

#include <cstdint>

#include "kernels/backend.h"

namespace mayfly::cpu {

struct BatchLogits {
  int batch;
  int classes;
  const float* logits;  ///< (batch, classes)
  const std::uint32_t* labels;
};

/// Adds the batch's loss, hits and images to `sums`. dlogits (batch, classes) may be nullptr. `exponentials`
/// is scratch of `classes` floats.
void softmax_cross_entropy(const BatchLogits& batch, float* dlogits, float* exponentials, LossSums& sums);

}  // namespace mayfly::cpu
