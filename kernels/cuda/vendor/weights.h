// Weights of a vendor layer: from logical order to the device and back.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <span>

#include "core/shape.h"

namespace mayfly::cuda {

/// Weight (o, c, tap) lies at o*out_channel + c*channel + tap*tap_step, of `floats` in all.
struct WeightLayout {
  std::size_t out_channel = 0, channel = 0, tap_step = 0;
  std::size_t floats = 0;  ///< a multiple of 64: what follows starts on 256 bytes
};

/// `floats` for `count` of them.
constexpr std::size_t whole_lines(std::size_t count) {
  return (count + 63) / 64 * 64;
}

/// Host to device; what no weight takes is +0. std::logic_error where `logical` has another size.
void import_weights(const Conv2dShape& shape, const WeightLayout& layout, std::span<const float> logical,
                    float* weights, cudaStream_t stream);
/// Device to host, NaNs canonical.
void export_weights(const Conv2dShape& shape, const WeightLayout& layout, const float* weights,
                    std::span<float> logical, cudaStream_t stream);

}  // namespace mayfly::cuda
