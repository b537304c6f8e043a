// Convolution in the software cuDNN: what an operation graph describes, and the plain loops that compute it.
#pragma once

#include <array>
#include <cstdint>

#include "cudnn_descriptor.h"

namespace mayfly::softgpu {

struct SoftTensor {
  std::int64_t id = 0;
  std::array<std::int64_t, 4> sizes{};  ///< packed
  std::int64_t alignment = 1;           ///< bytes
  std::size_t count() const;
  std::size_t at(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) const;
};

/// A cross-correlation over packed planes.
struct SoftConvolution {
  cudnnBackendDescriptorType_t direction;
  SoftTensor x, w, y;
  std::array<std::int64_t, 2> padding{}, stride{};
  /// The tensor it writes.
  const SoftTensor& written() const;
};

// What finalizing checks, and what is read afterwards. Each throws CudnnFailure.
SoftTensor tensor_of(const Descriptor& descriptor);
/// FP32, two dimensions, no dilation, the same padding before and behind: the software cuDNN has no other.
void check_convolution(const Descriptor& descriptor);
/// Of a finalized operation graph or of an operation.
SoftConvolution convolution_of_graph(const Descriptor& graph);
SoftConvolution convolution_of_operation(const Descriptor& operation);

/// Overwrites what it writes with sums in binary32 from +0: over taps and channels, or over images and
/// positions. Terms in the padding are left out.
void convolve(const SoftConvolution& convolution, float* x, float* w, float* y);

}  // namespace mayfly::softgpu
