#include "kernels/cuda/vendor/vendor_linear.h"

#include <stdexcept>

#include "kernels/cuda/index_limit.h"
#include "kernels/cuda/initialise.h"
#include "kernels/cuda/vendor/bias_activation.h"
#include "kernels/cuda/vendor/input_layout.h"
#include "kernels/cuda/vendor/status.h"

namespace mayfly::cuda {
namespace {

WeightLayout rows_of_inputs(const Conv2dShape& shape, MapLayout input) {
  const auto inputs = static_cast<std::size_t>(input.image);
  return {inputs, 1, static_cast<std::size_t>(input.position),
          whole_lines(inputs * static_cast<std::size_t>(shape.out_channels))};
}

/// A column-major matrix, as it is or transposed.
struct Matrix {
  cublasOperation_t operation;
  const float* values;
  int column;  ///< step from column to column
};

/// c (m, n) = a (m, k) * b (k, n), column-major, overwritten.
void multiply(cublasHandle_t handle, int m, int n, int k, const Matrix& a, const Matrix& b, float* c,
              int c_column) {
  const float one = 1.0F, zero = 0.0F;
  check(cublas().sgemm(handle, a.operation, b.operation, m, n, k, &one, a.values, a.column, b.values,
                       b.column, &zero, c, c_column),
        "start a matrix product");
}

}  // namespace

VendorLinear::VendorLinear(const Context& context, const VendorHandles& handles, const Conv2dShape& shape)
    : context_(context),
      handles_(handles),
      shape_(shape),
      inputs_(input_layout(context, shape).image),
      output_row_(padded_to_four(shape.out_channels)),
      weights_(rows_of_inputs(shape, input_layout(context, shape))) {
  if (!can(shape) || !context.image_major)
    throw std::logic_error("linear: the kernel is not the map, or the maps are not image by image");
  check_index(std::int64_t{inputs_} * shape.batch, "the input of a Linear layer");
  check_index(std::int64_t{output_row_} * shape.batch, "the output of a Linear layer");
}

void VendorLinear::forward(const float* x, const float* weights, const float* bias,
                           const Activation& activation, float* y) {
  // y^T (O, N) = w (O, K) * x^T (K, N)
  multiply(handles_.for_cublas(), shape_.out_channels, shape_.batch, inputs_, {CUBLAS_OP_T, weights, inputs_},
           {CUBLAS_OP_N, x, inputs_}, y, output_row_);
  bias_activation(shape_.batch, shape_.out_channels, bias, activation, y, context_.stream);
}

void VendorLinear::data_gradient(const float* dy, const float* weights, float* dx) {
  // dx^T (K, N) = w^T (K, O) * dy^T (O, N)
  multiply(handles_.for_cublas(), inputs_, shape_.batch, shape_.out_channels, {CUBLAS_OP_N, weights, inputs_},
           {CUBLAS_OP_N, dy, output_row_}, dx, inputs_);
}

void VendorLinear::weight_gradient(const float* x, const float* dy, float* dw) {
  // dw^T (K, O) = x^T (K, N) * dy (N, O)
  multiply(handles_.for_cublas(), inputs_, shape_.out_channels, shape_.batch, {CUBLAS_OP_N, x, inputs_},
           {CUBLAS_OP_T, dy, output_row_}, dw, inputs_);
}

void VendorLinear::initialise(std::uint32_t seed, std::uint32_t layer, float* weights, float* bias) {
  cuda::initialise(context_, shape_, weights_, {seed, layer}, weights, bias);
}

void VendorLinear::import_weights(std::span<const float> logical, float* weights) {
  cuda::import_weights(shape_, weights_, logical, weights, context_.stream);
}

void VendorLinear::export_weights(const float* weights, std::span<float> logical) {
  cuda::export_weights(shape_, weights_, weights, logical, context_.stream);
}

}  // namespace mayfly::cuda
