// Softmax cross-entropy of a batch: gradient, losses, hits (kernels/arithmetic.md section 6), as one kernel.
//
// A warp has one image. It takes the logits through shared memory a piece at a time, so that there may be any
// number of classes: maximum, then exponentials (in parallel) and their sum (in order, every lane the same),
// then the gradient, for which the exponentials are computed once more. The last block adds the images'
// losses in order, in binary64, and updates DeviceState's sums: those of trained batches, or of evaluated
// ones where there is no gradient.
#pragma once

#include <cstdint>

#include "kernels/backend.h"
#include "kernels/cuda/context.h"

namespace mayfly::cuda {

/// Device memory that the operation writes first: a loss and a hit per image; and a ticket that is 0 (left
/// 0).
struct SoftmaxScratch {
  float* image_losses;  ///< batch
  std::uint32_t* hits;  ///< batch
  unsigned* ticket;
};

/// logits (batch, padded classes), labels (batch) below `classes`; dlogits like the logits, its padding +0,
/// or nullptr.
void softmax_cross_entropy(const Context& context, int batch, int classes, const float* logits,
                           const std::uint32_t* labels, float* dlogits, const SoftmaxScratch& scratch);

}  // namespace mayfly::cuda
