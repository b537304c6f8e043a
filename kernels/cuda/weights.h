// Weights of a convolution or Linear layer: from logical order to the device and back.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <span>

#include "core/shape.h"

namespace mayfly::cuda {

/// Weight (o, c, tap) lies at o*out_channel + c*channel + tap*tap_step, of `floats` in all.
struct WeightLayout {
  std::size_t out_channel = 0, channel = 0, tap_step = 0;
  std::size_t floats = 0;  ///< whole_lines()
  float padding = 0;       ///< what no weight takes
};

/// `floats` for `count` of them. Biases lie between weights in multiples of 16: all arrays start on 64 bytes.
constexpr std::size_t whole_lines(std::size_t count) {
  return (count + 63) / 64 * 64;
}

/// Host to device; what no weight takes is `padding`. std::logic_error where `logical` has another size.
void import_weights(const Conv2dShape& shape, const WeightLayout& layout, std::span<const float> logical,
                    float* weights, cudaStream_t stream);
/// Device to host, NaNs canonical.
void export_weights(const Conv2dShape& shape, const WeightLayout& layout, const float* weights,
                    std::span<float> logical, cudaStream_t stream);

}  // namespace mayfly::cuda
