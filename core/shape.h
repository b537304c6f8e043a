// Shapes of the operations. All maps are (height, width); kernels, strides and paddings are square.
#pragma once

#include <cstdint>

namespace mayfly {

/// THE output size of a convolution or pooling along one axis: floor((input + 2*padding -
/// kernel_size)/stride) + 1, or 0 where the kernel is larger than the padded input. Requires stride >= 1.
constexpr int output_size(int input, int kernel_size, int stride, int padding) {
  const int room = input + 2 * padding - kernel_size;
  return room < 0 ? 0 : room / stride + 1;
}

/// Shape of the images of a data set.
struct ImageShape {
  int channels = 0;
  int height = 0;
  int width = 0;
  bool operator==(const ImageShape&) const = default;
};

/// A convolution over the kept part of its maps (kernels/arithmetic.md section 1). Cross-correlation with
/// zero padding:  y[n,o,oh,ow] = bias[o] + sum_{kh,kw,c} w[o,c,kh,kw] * x[n,c, oh*stride-padding+kh,
/// ow*stride-padding+kw]. A Linear layer is the case kernel_size = height = width, stride 1, padding 0, one
/// output position.
struct Conv2dShape {
  int batch = 0;
  int in_channels = 0;
  int height = 0;  ///< kept input rows
  int width = 0;   ///< kept input columns
  int out_channels = 0;
  int kernel_size = 0;
  int stride = 1;
  int padding = 0;
  int out_height = 0;  ///< kept output rows: a prefix of output_size() ones
  int out_width = 0;   ///< kept output columns
  bool input_is_image =
      false;  ///< first convolution: its weight gradient counts the padding's zeros as terms

  int out_positions() const { return out_height * out_width; }
  int fan_in() const { return in_channels * kernel_size * kernel_size; }
  std::int64_t weight_count() const { return std::int64_t{out_channels} * fan_in(); }
  std::int64_t input_count() const { return std::int64_t{height} * width * batch * in_channels; }
  std::int64_t output_count() const { return std::int64_t{out_positions()} * batch * out_channels; }
  bool operator==(const Conv2dShape&) const = default;
};

/// A max pooling over the kept part of its maps; padding <= kernel_size/2, never read.
struct Pool2dShape {
  int batch = 0;
  int channels = 0;
  int height = 0;  ///< kept input rows
  int width = 0;
  int kernel_size = 0;
  int stride = 1;
  int padding = 0;
  int out_height = 0;  ///< kept output rows
  int out_width = 0;

  std::int64_t input_count() const { return std::int64_t{height} * width * batch * channels; }
  std::int64_t output_count() const { return std::int64_t{out_height} * out_width * batch * channels; }
  bool operator==(const Pool2dShape&) const = default;
};

}  // namespace mayfly
