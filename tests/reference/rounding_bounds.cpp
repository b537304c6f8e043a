#include "tests/reference/rounding_bounds.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mayfly::double_precision {
namespace {

constexpr double kUnderflow = 0x1p-120;  // results below the smallest normal number lose more than u

Doubles sum_of(Doubles a, const Doubles& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] += b[i];
  return a;
}

Doubles scaled(Doubles values, double factor) {
  for (double& v : values) v = v * factor + kUnderflow;
  return values;
}

Doubles zeros(int count) {
  return Doubles(static_cast<std::size_t>(count));
}

double forward_terms(const Conv2dShape& s) {
  return s.fan_in() + 2.0;  // each rounded once, and chunk sums and bias within the same count
}
double data_terms(const Conv2dShape& s) {
  return double{1} * s.out_channels * s.kernel_size * s.kernel_size + 1;
}
double position_terms(const Conv2dShape& s) {
  return double{1} * s.batch * s.out_positions() + 1;
}

/// Bounds at each layer's input, activations and, last, the logits.
struct ForwardBounds {
  std::vector<Doubles> inputs;
  Doubles logits;
};

/// y's bound from x's: what comes in, weighted, and the rounding of the sum.
Doubles through_products(const Conv2dShape& s, const LayerValues& v, const Doubles& input_bound) {
  const Doubles w = magnitudes(v.weights);
  const Doubles carried = conv2d(s, input_bound, w, zeros(s.out_channels));
  const Doubles x = sum_of(magnitudes(v.input), input_bound);
  return sum_of(carried, scaled(conv2d(s, x, w, magnitudes(v.bias)), sum_bound(forward_terms(s))));
}

/// Dropout's two roundings: of the scale and of the product.
void through_mask(const DoubleLayer& layer, const Doubles& values, Doubles& bound) {
  if (layer.mask.empty()) return;
  for (std::size_t i = 0; i < bound.size(); ++i)
    bound[i] = layer.mask[i] * (bound[i] + sum_bound(2) * (std::abs(values[i]) + bound[i]));
}

ForwardBounds forward_bounds(const DoubleNetwork& network) {
  ForwardBounds bounds;
  Doubles at(network.values.front().input.size());
  for (std::size_t l = 0; l < network.layers.size(); ++l) {
    const DoubleLayer& layer = network.layers[l];
    const LayerValues& v = network.values[l];
    bounds.inputs.push_back(at);
    at = through_products(layer.conv, v, at);  // ReLU moves two values no further apart
    through_mask(layer, v.before_relu, at);
    if (layer.pools) at = max_pool2d(layer.pool, at).values;  // nor does a maximum
  }
  bounds.logits = at;
  return bounds;
}

/// Loss and gradient at the logits. exp and log are within 2 ulp, so 4u; the spread of the logits is the
/// condition of exp(x - max).
void loss_bounds(const DoubleNetwork& network, const Doubles& logit_bounds, StepBounds& bounds,
                 Doubles& gradient_bound) {
  const Conv2dShape& last = network.layers.back().conv;
  const Doubles& logits = network.values.back().before_relu;
  const auto classes = static_cast<std::size_t>(last.out_channels);
  for (std::size_t n = 0; n < static_cast<std::size_t>(last.batch); ++n) {
    const auto row = static_cast<std::ptrdiff_t>(n * classes);
    const auto [low, high] =
        std::minmax_element(logits.begin() + row, logits.begin() + row + last.out_channels);
    const double moved =
        2 * *std::max_element(logit_bounds.begin() + row, logit_bounds.begin() + row + last.out_channels);
    const double spread = *high - *low + moved;
    const double rounding = sum_bound(2 * spread + last.out_channels + 12);
    bounds.loss += (moved + rounding * (1 + spread)) / last.batch;
    for (std::size_t j = n * classes; j < (n + 1) * classes; ++j)
      gradient_bound[j] =
          (network.loss.probabilities[j] * std::expm1(moved + rounding) + 3 * kUnitRoundoff) / last.batch;
  }
  bounds.loss += 2 * kUnitRoundoff * (std::abs(network.loss.batch_loss) + bounds.loss);
}

/// From a layer's output back to its products.
Doubles through_activation(const DoubleLayer& layer, const LayerValues& v, Doubles bound) {
  if (layer.pools) {
    const double rounding = sum_bound(2.0 * layer.pool.kernel_size);
    const Doubles size = sum_of(magnitudes(v.pool_gradient), bound);
    bound = max_pool2d_gradient(layer.pool, v.winners, sum_of(bound, scaled(size, rounding)));
  }
  for (std::size_t i = 0; i < bound.size(); ++i) {
    if (!layer.mask.empty())  // v.gradient is after the mask already
      bound[i] = layer.mask[i] * bound[i] * (1 + sum_bound(2)) + sum_bound(2) * std::abs(v.gradient[i]);
    if (layer.relu && v.before_relu[i] <= 0) bound[i] = 0;
  }
  return bound;
}

Doubles weight_bound(const Conv2dShape& s, const LayerValues& v, const Doubles& input_bound,
                     const Doubles& bound) {
  const Doubles x = sum_of(magnitudes(v.input), input_bound);
  const Doubles dy = magnitudes(v.gradient);
  Doubles carried = conv2d_weight_gradient(s, x, bound);
  carried = sum_of(carried, conv2d_weight_gradient(s, input_bound, dy));
  const Doubles size = conv2d_weight_gradient(s, x, sum_of(dy, bound));
  return sum_of(carried, scaled(size, sum_bound(position_terms(s))));
}

}  // namespace

double sum_bound(double terms) {
  return terms * kUnitRoundoff / (1 - terms * kUnitRoundoff);
}

Doubles magnitudes(Doubles values) {
  for (double& v : values) v = std::abs(v);
  return values;
}

Doubles conv2d_bound(const Conv2dShape& s, const Doubles& x, const Doubles& w, const Doubles& bias) {
  return scaled(conv2d(s, magnitudes(x), magnitudes(w), magnitudes(bias)), sum_bound(forward_terms(s)));
}
Doubles data_gradient_bound(const Conv2dShape& s, const Doubles& dy, const Doubles& w) {
  return scaled(conv2d_data_gradient(s, magnitudes(dy), magnitudes(w)), sum_bound(data_terms(s)));
}
Doubles weight_gradient_bound(const Conv2dShape& s, const Doubles& x, const Doubles& dy) {
  return scaled(conv2d_weight_gradient(s, magnitudes(x), magnitudes(dy)), sum_bound(position_terms(s)));
}
Doubles bias_gradient_bound(const Conv2dShape& s, const Doubles& dy) {
  return scaled(bias_gradient(s, magnitudes(dy)), sum_bound(position_terms(s)));
}

StepBounds step_bounds(const DoubleNetwork& network) {
  StepBounds bounds;
  const ForwardBounds forward = forward_bounds(network);
  Doubles bound(forward.logits.size());
  loss_bounds(network, forward.logits, bounds, bound);
  std::vector<Doubles> parts;
  for (std::size_t l = network.layers.size(); l-- > 0;) {
    const Conv2dShape& s = network.layers[l].conv;
    const LayerValues& v = network.values[l];
    bound = through_activation(network.layers[l], v, bound);
    const Doubles size = sum_of(magnitudes(v.gradient), bound);
    parts.push_back(sum_of(bias_gradient(s, bound), bias_gradient_bound(s, size)));
    parts.push_back(weight_bound(s, v, forward.inputs[l], bound));
    if (l > 0)
      bound = sum_of(conv2d_data_gradient(s, bound, magnitudes(v.weights)),
                     data_gradient_bound(s, size, v.weights));
  }
  for (auto part = parts.rbegin(); part != parts.rend(); ++part)
    bounds.gradients.insert(bounds.gradients.end(), part->begin(), part->end());
  return bounds;
}

}  // namespace mayfly::double_precision
