// A Linear layer by cuBLAS: a convolution whose kernel is the map. In (image, position, padded channel) an
// image's inputs lie one after the other, and the weights follow that order, so that each direction is one
// product of plain matrices. With K = positions*padded channels inputs, O = out_channels, N = batch:
//
//   forward           y  (N, O) = x  (N, K) * w^T (K, O), then bias and activation in a kernel of our own
//   data gradient     dx (N, K) = dy (N, O) * w   (O, K)
//   weight gradient   dw (O, K) = dy^T (O, N) * x (N, K)
//
// All row-major; rows of y and dy are padded to four, those of the image not. cuBLAS is column-major: it is
// asked for the transposed products, y^T = w * x^T, and each row-major matrix is already its own transpose.
//
// The padding of a map is +0, and the weights' too, so the products leave +0 in the padding of dx and dw
// while all values are finite. (dw's padding is written here, against Conv2d's rule for it; a NaN there
// comes from a gradient that was not finite, and stays in the padding of that output's row.)
#pragma once

#include "kernels/backend.h"
#include "kernels/cuda/context.h"
#include "kernels/cuda/vendor/handles.h"
#include "kernels/cuda/weights.h"

namespace mayfly::cuda {

class VendorLinear final : public Conv2d {
 public:
  /// Whether `shape` is a Linear layer.
  static bool can(const Conv2dShape& shape) {
    return shape.kernel_size == shape.height && shape.kernel_size == shape.width && shape.padding == 0;
  }
  /// Requires can(shape) and an image_major context; both references outlive it.
  VendorLinear(const Context& context, const VendorHandles& handles, const Conv2dShape& shape);

  std::size_t weight_floats() const override { return weights_.floats; }
  void forward(const float* x, const float* weights, const float* bias, const Activation& activation,
               float* y) override;
  void data_gradient(const float* dy, const float* weights, float* dx) override;
  void weight_gradient(const float* x, const float* dy, float* dw) override;
  void initialise(std::uint32_t seed, std::uint32_t layer, float* weights, float* bias) override;
  void import_weights(std::span<const float> logical, float* weights) override;
  void export_weights(const float* weights, std::span<float> logical) override;

 private:
  const Context& context_;
  const VendorHandles& handles_;
  const Conv2dShape shape_;
  const int inputs_;      ///< K, and the step from image to image of x
  const int output_row_;  ///< step from image to image of y
  const WeightLayout weights_;
};

}  // namespace mayfly::cuda
