// kernels/arithmetic.md, version 1, followed term by term in plain loops: what every exact backend must give,
// bit by bit. Slow on purpose, to be checked by eye against the text; section numbers are its.
//
// All maps are the kept ones in logical order: x (N,C,H,W), w (O,C,kh,kw), y (N,O,OH,OW).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/shape.h"
#include "kernels/backend.h"

namespace mayfly::exact {

using Floats = std::vector<float>;

/// Section 11: the bits of a value that leaves a backend; every NaN is 0x7FC00000.
std::uint32_t canonical_bits(float value);

// Section 2: products.

/// Without the bias.
Floats conv2d(const Conv2dShape& shape, const Floats& x, const Floats& w);
Floats conv2d_data_gradient(const Conv2dShape& shape, const Floats& dy, const Floats& w);
Floats conv2d_weight_gradient(const Conv2dShape& shape, const Floats& x, const Floats& dy);

/// One element of each.
float conv2d_element(const Conv2dShape& shape, const Floats& x, const Floats& w, int n, int o, int oh,
                     int ow);
float conv2d_data_gradient_element(const Conv2dShape& shape, const Floats& dy, const Floats& w, int n, int c,
                                   int ih, int iw);
float conv2d_weight_gradient_element(const Conv2dShape& shape, const Floats& x, const Floats& dy, int o,
                                     int c, int kh, int kw);

// Section 3: bias.

/// y + bias[o].
Floats add_bias(const Conv2dShape& shape, Floats y, const Floats& bias);
Floats bias_gradient(const Conv2dShape& shape, const Floats& dy);

// Section 4: ReLU and dropout. A mask says of each element, in the order of the map, whether it is kept.

float dropout_scale(double rate);
Floats relu(Floats v);
/// `v`: the values before ReLU.
Floats relu_gradient(const Floats& v, Floats dy);
/// Forward and backward are the same map.
Floats dropout(const std::vector<bool>& kept, float scale, Floats v);

// Section 5: max pooling.

struct Pooled {
  Floats values;             ///< (N,C,OH,OW)
  std::vector<int> winners;  ///< ih*W + iw of each output
};
Pooled max_pool2d(const Pool2dShape& shape, const Floats& y);
Floats max_pool2d_gradient(const Pool2dShape& shape, const Floats& y, const Floats& dz);

// Section 6: softmax cross-entropy.

struct Loss {
  float batch_loss = 0;
  std::uint64_t correct = 0;
  Floats image_losses;
  std::vector<int> predictions;
  Floats gradient;  ///< (batch, classes)
};
Loss softmax_cross_entropy(int batch, int classes, const Floats& logits,
                           const std::vector<std::uint32_t>& labels);

// Section 7: SGD.

/// One update of all parameters; `momentum` is used where the scalar is not 0.
void sgd(const SgdScalars& scalars, bool first_update, const Floats& gradients, Floats& weights,
         Floats& momentum);

// Section 9: random numbers.

/// (n, c, h, w) kept or not, for every kept position of the map.
std::vector<bool> dropout_mask(const DropoutShape& shape, double rate, std::uint32_t seed,
                               std::uint32_t layer, std::uint32_t step, std::uint32_t epoch);
/// Weights (O,I,kh,kw), then biases.
Floats initial_parameters(const Conv2dShape& shape, std::uint32_t seed, std::uint32_t layer);

// Section 10: pixels, (channels, 256).

Floats pixel_table_none(int channels);
Floats pixel_table_half(int channels);
/// `pixels` (count, channels, height, width).
Floats pixel_table_dataset(std::span<const std::uint8_t> pixels, ImageShape image);

}  // namespace mayfly::exact
