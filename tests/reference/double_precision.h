// The operations as a textbook writes them, in binary64, over whole maps: is the arithmetic right? Shares
// nothing with exact.h. Maps are (N,C,H,W), weights (O,C,kh,kw); padding is a test of bounds.
#pragma once

#include <cstdint>
#include <vector>

#include "core/shape.h"
#include "kernels/backend.h"

namespace mayfly::double_precision {

using Doubles = std::vector<double>;

Doubles conv2d(const Conv2dShape& shape, const Doubles& x, const Doubles& w, const Doubles& bias);
Doubles conv2d_data_gradient(const Conv2dShape& shape, const Doubles& dy, const Doubles& w);
Doubles conv2d_weight_gradient(const Conv2dShape& shape, const Doubles& x, const Doubles& dy);
Doubles bias_gradient(const Conv2dShape& shape, const Doubles& dy);

struct Pooled {
  Doubles values;
  std::vector<std::size_t> winners;  ///< index into y of each output: the first maximum
};
Pooled max_pool2d(const Pool2dShape& shape, const Doubles& y);
Doubles max_pool2d_gradient(const Pool2dShape& shape, const std::vector<std::size_t>& winners,
                            const Doubles& dz);

struct Loss {
  double batch_loss = 0;
  Doubles probabilities;
  Doubles gradient;  ///< of the mean loss, (batch, classes)
};
Loss softmax_cross_entropy(int batch, int classes, const Doubles& logits,
                           const std::vector<std::uint32_t>& labels);

/// PyTorch's SGD: g += weight_decay*w; b = g at the first update, else momentum*b + (1-dampening)*g; without
/// momentum b = g; w -= learning_rate*b.
void sgd(const SgdScalars& scalars, bool first_update, const Doubles& gradients, Doubles& weights,
         Doubles& momentum);

}  // namespace mayfly::double_precision
