#include "tests/reference/exact.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/exp_log.h"
#include "tests/reference/logical_map.h"

namespace mayfly::exact {
namespace {

LogicalMap input_map(const Conv2dShape& s) {
  return {s.batch, s.in_channels, s.height, s.width};
}
LogicalMap weight_map(const Conv2dShape& s) {
  return {s.out_channels, s.in_channels, s.kernel_size, s.kernel_size};
}
LogicalMap output_map(const Conv2dShape& s) {
  return {s.batch, s.out_channels, s.out_height, s.out_width};
}

/// The terms of one element, cut after every L = floor(512/K)*K, or 512 where K > 512.
class ChunkedSum {
 public:
  explicit ChunkedSum(int k) : length_(k <= 512 ? 512 / k * k : 512) {}

  void add_term(float a, float b) {
    if (terms_ == length_) cut();
    chunk_ = std::fma(a, b, chunk_);
    ++terms_;
  }

  float total() {
    if (terms_ > 0) cut();
    return total_;
  }

 private:
  void cut() {
    total_ = first_ ? chunk_ : total_ + chunk_;
    first_ = false;
    chunk_ = +0.0F;
    terms_ = 0;
  }

  int length_;
  int terms_ = 0;
  bool first_ = true;
  float chunk_ = +0.0F;
  float total_ = +0.0F;
};

bool inside(int index, int size) {
  return 0 <= index && index < size;
}

/// The output row (or column) that reads input `i` through tap `k`, or -1.
int output_of(int i, int k, int outputs, const Conv2dShape& s) {
  const int shifted = i + s.padding - k;
  if (shifted < 0 || shifted % s.stride != 0) return -1;
  return shifted / s.stride < outputs ? shifted / s.stride : -1;
}

/// Calls element(n, c, h, w) for every element of `map`, in order.
template <class Element>
Floats fill(const LogicalMap& map, Element element) {
  Floats values;
  values.reserve(map.count());
  for (int n = 0; n < map.n; ++n)
    for (int c = 0; c < map.c; ++c)
      for (int h = 0; h < map.h; ++h)
        for (int w = 0; w < map.w; ++w) values.push_back(element(n, c, h, w));
  return values;
}

}  // namespace

float conv2d_element(const Conv2dShape& s, const Floats& x, const Floats& w, int n, int o, int oh, int ow) {
  ChunkedSum sum(s.in_channels);
  for (int kh = 0; kh < s.kernel_size; ++kh)
    for (int kw = 0; kw < s.kernel_size; ++kw) {
      const int ih = oh * s.stride - s.padding + kh;
      const int iw = ow * s.stride - s.padding + kw;
      if (!inside(ih, s.height) || !inside(iw, s.width)) continue;
      for (int c = 0; c < s.in_channels; ++c)
        sum.add_term(w[weight_map(s).at(o, c, kh, kw)], x[input_map(s).at(n, c, ih, iw)]);
    }
  return sum.total();
}

float conv2d_data_gradient_element(const Conv2dShape& s, const Floats& dy, const Floats& w, int n, int c,
                                   int ih, int iw) {
  ChunkedSum sum(s.out_channels);
  for (int kh = 0; kh < s.kernel_size; ++kh)
    for (int kw = 0; kw < s.kernel_size; ++kw) {
      const int oh = output_of(ih, kh, s.out_height, s);
      const int ow = output_of(iw, kw, s.out_width, s);
      if (oh < 0 || ow < 0) continue;
      for (int o = 0; o < s.out_channels; ++o)
        sum.add_term(w[weight_map(s).at(o, c, kh, kw)], dy[output_map(s).at(n, o, oh, ow)]);
    }
  return sum.total();
}

float conv2d_weight_gradient_element(const Conv2dShape& s, const Floats& x, const Floats& dy, int o, int c,
                                     int kh, int kw) {
  ChunkedSum sum(s.batch);
  for (int oh = 0; oh < s.out_height; ++oh)
    for (int ow = 0; ow < s.out_width; ++ow) {
      const int ih = oh * s.stride - s.padding + kh;
      const int iw = ow * s.stride - s.padding + kw;
      const bool valid = inside(ih, s.height) && inside(iw, s.width);
      if (!valid && !s.input_is_image) continue;
      for (int n = 0; n < s.batch; ++n)
        sum.add_term(valid ? x[input_map(s).at(n, c, ih, iw)] : +0.0F, dy[output_map(s).at(n, o, oh, ow)]);
    }
  return sum.total();
}

std::uint32_t canonical_bits(float value) {
  if (std::isnan(value)) return 0x7FC00000;
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

Floats conv2d(const Conv2dShape& s, const Floats& x, const Floats& w) {
  return fill(output_map(s),
              [&](int n, int o, int oh, int ow) { return conv2d_element(s, x, w, n, o, oh, ow); });
}

Floats conv2d_data_gradient(const Conv2dShape& s, const Floats& dy, const Floats& w) {
  return fill(input_map(s), [&](int n, int c, int ih, int iw) {
    return conv2d_data_gradient_element(s, dy, w, n, c, ih, iw);
  });
}

Floats conv2d_weight_gradient(const Conv2dShape& s, const Floats& x, const Floats& dy) {
  return fill(weight_map(s), [&](int o, int c, int kh, int kw) {
    return conv2d_weight_gradient_element(s, x, dy, o, c, kh, kw);
  });
}

Floats add_bias(const Conv2dShape& s, Floats y, const Floats& bias) {
  return fill(output_map(s), [&](int n, int o, int oh, int ow) {
    return y[output_map(s).at(n, o, oh, ow)] + bias[static_cast<std::size_t>(o)];
  });
}

Floats bias_gradient(const Conv2dShape& s, const Floats& dy) {
  return fill({s.out_channels, 1, 1, 1}, [&](int o, int, int, int) {
    float total = 0;
    for (int oh = 0; oh < s.out_height; ++oh)
      for (int ow = 0; ow < s.out_width; ++ow) {
        float at_position = +0.0F;
        for (int n = 0; n < s.batch; ++n) at_position = at_position + dy[output_map(s).at(n, o, oh, ow)];
        total = oh == 0 && ow == 0 ? at_position : total + at_position;
      }
    return total;
  });
}

float dropout_scale(double rate) {
  return static_cast<float>(1.0 / (1.0 - rate));
}

Floats relu(Floats v) {
  for (float& value : v) value = value > 0 || std::isnan(value) ? value : +0.0F;
  return v;
}

Floats relu_gradient(const Floats& v, Floats dy) {
  for (std::size_t i = 0; i < v.size(); ++i) dy[i] = v[i] > 0 || std::isnan(v[i]) ? dy[i] : +0.0F;
  return dy;
}

Floats dropout(const std::vector<bool>& kept, float scale, Floats v) {
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = kept[i] ? v[i] * scale : +0.0F;
  return v;
}

Loss softmax_cross_entropy(int batch, int classes, const Floats& logits,
                           const std::vector<std::uint32_t>& labels) {
  Loss loss;
  double total = +0.0;
  for (int n = 0; n < batch; ++n) {
    const float* x = logits.data() + static_cast<std::size_t>(n) * classes;
    const int y = static_cast<int>(labels[static_cast<std::size_t>(n)]);
    int prediction = 0;
    for (int j = 1; j < classes; ++j)
      if (x[j] > x[prediction] || (std::isnan(x[j]) && !std::isnan(x[prediction]))) prediction = j;
    const float m = x[prediction];
    Floats e;
    float sum = +0.0F;
    for (int j = 0; j < classes; ++j) {
      e.push_back(exp_f32(x[j] - m));
      sum = sum + e.back();
    }
    for (int j = 0; j < classes; ++j) {
      const float probability = e[static_cast<std::size_t>(j)] / sum;
      loss.gradient.push_back((probability - (j == y ? 1.0F : +0.0F)) / static_cast<float>(batch));
    }
    loss.image_losses.push_back((m - x[y]) + log_f32(sum));
    loss.predictions.push_back(prediction);
    loss.correct += prediction == y ? 1 : 0;
    total = total + static_cast<double>(loss.image_losses.back());
  }
  loss.batch_loss = static_cast<float>(total / static_cast<double>(batch));
  return loss;
}

void sgd(const SgdScalars& scalars, bool first_update, const Floats& gradients, Floats& weights,
         Floats& momentum) {
  const auto lr = static_cast<float>(scalars.learning_rate);
  const auto mu = static_cast<float>(scalars.momentum);
  const auto od = static_cast<float>(1.0 - scalars.dampening);
  const auto wd = static_cast<float>(scalars.weight_decay);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    float g = gradients[i];
    if (scalars.weight_decay != 0) g = std::fma(wd, weights[i], g);
    float b = g;
    if (scalars.momentum != 0) {
      if (!first_update) {
        const float carried = mu * momentum[i];
        b = std::fma(od, g, carried);
      }
      momentum[i] = b;
    }
    weights[i] = std::fma(-lr, b, weights[i]);
  }
}

}  // namespace mayfly::exact
