// The engines that the software cuDNN pretends to have (vendor_soft.h), and what it tells of them.
#pragma once

#include <cudnn.h>

#include <cstdint>
#include <vector>

#include "cudnn_convolution.h"
#include "cudnn_descriptor.h"

namespace mayfly::softgpu {

/// What finalized heuristics offer.
std::vector<std::int64_t> engines(const Descriptor& heuristics);
/// Bytes that an engine wants.
std::int64_t workspace_of(std::int64_t engine, const SoftConvolution& convolution);
const Descriptor& configuration_of(const Descriptor& plan);
SoftConvolution convolution_of_plan(const Descriptor& plan);

/// Where the values of an attribute go.
struct Destination {
  cudnnBackendAttributeType_t type;
  std::int64_t capacity;
  std::int64_t* count;
  void* values;
};

/// cudnnBackendGetAttribute. Throws CudnnFailure.
void get_attribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                   const Destination& to);

}  // namespace mayfly::softgpu
