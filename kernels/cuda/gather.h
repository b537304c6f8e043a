// Gathers a batch of uint8 images, normalised by a table, as the input of the first convolution.
//
//   x[n, c, h, w] = table[c][pixels[index of n][c][h][w]],   index of n = order[step*batch + n], or
//   step*batch + n
//
// The step is DeviceState's. Layout of x, channels not padded:
//   exact   (height + 2*padding, width + 2*padding, batch, channels); the border is never written, stays +0
//   vendor  (batch, height, width, channels), without a border
// One kernel: a block takes 32 pixels of 32 images of one channel through shared memory, so that it reads
// along the pixels and writes along what is next to each other in x.
#pragma once

#include "kernels/backend.h"
#include "kernels/cuda/context.h"

namespace mayfly::cuda {

class CudaGather final : public Gather {
 public:
  /// `table`: 256 floats per channel, (channels, 256), on the device. `context` outlives the plan.
  CudaGather(const Context& context, const GatherShape& shape, Buffer table);

  std::size_t image_floats() const override;
  /// `dataset` is a CudaDataset that holds every image the order names, and step*batch + batch - 1.
  void run(const DeviceDataset& dataset, const std::uint32_t* order, float* x,
           std::uint32_t* labels) override;

 private:
  const Context& context_;
  const GatherShape shape_;
  const Buffer table_;
};

}  // namespace mayfly::cuda
