#include "tests/reference/double_precision.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/reference/logical_map.h"

namespace mayfly::double_precision {
namespace {

/// Calls visit(index in y, index in w, index in x) for every product of a convolution.
template <class Visit>
void for_each_product(const Conv2dShape& s, Visit visit) {
  const LogicalMap x{s.batch, s.in_channels, s.height, s.width};
  const LogicalMap w{s.out_channels, s.in_channels, s.kernel_size, s.kernel_size};
  const LogicalMap y{s.batch, s.out_channels, s.out_height, s.out_width};
  for (int n = 0; n < y.n; ++n)
    for (int o = 0; o < y.c; ++o)
      for (int oh = 0; oh < y.h; ++oh)
        for (int ow = 0; ow < y.w; ++ow)
          for (int c = 0; c < w.c; ++c)
            for (int kh = 0; kh < w.h; ++kh)
              for (int kw = 0; kw < w.w; ++kw) {
                const int ih = oh * s.stride + kh - s.padding;
                const int iw = ow * s.stride + kw - s.padding;
                if (ih < 0 || ih >= x.h || iw < 0 || iw >= x.w) continue;
                visit(y.at(n, o, oh, ow), w.at(o, c, kh, kw), x.at(n, c, ih, iw));
              }
}

std::size_t channel_of(const Conv2dShape& s, std::size_t y_index) {
  return y_index / static_cast<std::size_t>(s.out_positions()) % static_cast<std::size_t>(s.out_channels);
}

/// The first maximum of one window of `map`, which begins at (top, left).
std::size_t first_maximum(const Pool2dShape& s, const double* map, int top, int left) {
  double best = -std::numeric_limits<double>::infinity();
  std::size_t winner = 0;
  bool found = false;
  for (int h = std::max(top, 0); h < std::min(top + s.kernel_size, s.height); ++h)
    for (int w = std::max(left, 0); w < std::min(left + s.kernel_size, s.width); ++w) {
      const std::size_t at = static_cast<std::size_t>(h) * s.width + w;
      if (found && map[at] <= best) continue;
      best = map[at];
      winner = at;
      found = true;
    }
  return winner;
}

}  // namespace

Doubles conv2d(const Conv2dShape& s, const Doubles& x, const Doubles& w, const Doubles& bias) {
  Doubles y(static_cast<std::size_t>(s.output_count()));
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = bias[channel_of(s, i)];
  for_each_product(s, [&](std::size_t iy, std::size_t iw, std::size_t ix) { y[iy] += w[iw] * x[ix]; });
  return y;
}

Doubles conv2d_data_gradient(const Conv2dShape& s, const Doubles& dy, const Doubles& w) {
  Doubles dx(static_cast<std::size_t>(s.input_count()));
  for_each_product(s, [&](std::size_t iy, std::size_t iw, std::size_t ix) { dx[ix] += w[iw] * dy[iy]; });
  return dx;
}

Doubles conv2d_weight_gradient(const Conv2dShape& s, const Doubles& x, const Doubles& dy) {
  Doubles dw(static_cast<std::size_t>(s.weight_count()));
  for_each_product(s, [&](std::size_t iy, std::size_t iw, std::size_t ix) { dw[iw] += x[ix] * dy[iy]; });
  return dw;
}

Doubles bias_gradient(const Conv2dShape& s, const Doubles& dy) {
  Doubles db(static_cast<std::size_t>(s.out_channels));
  for (std::size_t i = 0; i < dy.size(); ++i) db[channel_of(s, i)] += dy[i];
  return db;
}

Pooled max_pool2d(const Pool2dShape& s, const Doubles& y) {
  Pooled pooled;
  const std::size_t plane = static_cast<std::size_t>(s.height) * s.width;
  for (std::size_t map = 0; map < y.size(); map += plane)
    for (int oh = 0; oh < s.out_height; ++oh)
      for (int ow = 0; ow < s.out_width; ++ow) {
        const std::size_t winner =
            map + first_maximum(s, y.data() + map, oh * s.stride - s.padding, ow * s.stride - s.padding);
        pooled.winners.push_back(winner);
        pooled.values.push_back(y[winner]);
      }
  return pooled;
}

Doubles max_pool2d_gradient(const Pool2dShape& s, const std::vector<std::size_t>& winners,
                            const Doubles& dz) {
  Doubles dy(static_cast<std::size_t>(s.input_count()));
  for (std::size_t i = 0; i < winners.size(); ++i) dy[winners[i]] += dz[i];
  return dy;
}

Loss softmax_cross_entropy(int batch, int classes, const Doubles& logits,
                           const std::vector<std::uint32_t>& labels) {
  Loss loss;
  for (int n = 0; n < batch; ++n) {
    const double* x = logits.data() + static_cast<std::size_t>(n) * classes;
    const double largest = *std::max_element(x, x + classes);
    double sum = 0;
    for (int j = 0; j < classes; ++j) sum += std::exp(x[j] - largest);
    const auto label = static_cast<int>(labels[static_cast<std::size_t>(n)]);
    loss.batch_loss += (largest + std::log(sum) - x[label]) / batch;
    for (int j = 0; j < classes; ++j) {
      loss.probabilities.push_back(std::exp(x[j] - largest) / sum);
      loss.gradient.push_back((loss.probabilities.back() - (j == label ? 1 : 0)) / batch);
    }
  }
  return loss;
}

void sgd(const SgdScalars& scalars, bool first_update, const Doubles& gradients, Doubles& weights,
         Doubles& momentum) {
  for (std::size_t i = 0; i < weights.size(); ++i) {
    double step = gradients[i] + scalars.weight_decay * weights[i];
    if (scalars.momentum != 0) {
      if (!first_update) step = scalars.momentum * momentum[i] + (1 - scalars.dampening) * step;
      momentum[i] = step;
    }
    weights[i] -= scalars.learning_rate * step;
  }
}

}  // namespace mayfly::double_precision
