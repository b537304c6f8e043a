// Max pooling, separable (kernels/arithmetic.md section 5). x, y, dy, dx are maps of context.layout();
// padding channels of y and dx become +0, whatever those of x and dy are.
//
// A column is one (image, channel), padding included; a block owns 32 neighbouring ones (threads 32 x 8).
//   forward   blocks (32 columns) x (output column ow): for every input row the winner within ow's window,
//   kept in
//             shared memory; then for every output row the winner of those.
//   backward  blocks (32 columns) x (input row ih): for every ow the sum `mid` over the output rows whose
//   winner lies
//             in row ih, kept in shared memory with that winner's column; then for every input column the sum
//             over ow.
// A winner is ih*width + iw in 16 bits, (output position, column), hence maps of at most 256x256.
#pragma once

#include "kernels/backend.h"
#include "kernels/cuda/context.h"

namespace mayfly::cuda {

class CudaMaxPool2d final : public MaxPool2d {
 public:
  /// UsageError above 256 rows or columns, DeviceError where a map has 2^31 elements. `context` outlives the
  /// plan.
  CudaMaxPool2d(const Context& context, const Pool2dShape& shape);

  std::size_t winner_bytes() const override;
  void forward(const float* x, float* y, void* winners) override;
  void backward(const float* dy, const void* winners, float* dx) override;

 private:
  const Context& context_;
  const Pool2dShape shape_;
};

}  // namespace mayfly::cuda
