// ReLU and dropout of one element (kernels/arithmetic.md section 4), for the kernels that end a forward pass
// and the one that begins a backward pass.
#pragma once

#include "kernels/backend.h"
#include "kernels/cuda/context.h"
#include "kernels/cuda/device_code.h"

namespace mayfly::cuda {

/// Activation (backend.h) as kernels take it. Mask values lie at p*mask_layout.position + n*mask_layout.image
/// + c.
struct ActivationCode {
  bool relu;
  const float* mask;  ///< nullptr: no dropout
  MapLayout mask_layout;
};

/// `layout`: of the map that is activated. A mask per channel is (batch, padded channels), one per element is
/// laid out as the map.
inline ActivationCode activation_code(const Activation& activation, MapLayout layout, int channels) {
  const MapLayout per_channel{0, padded_to_four(channels)};
  return {activation.relu, activation.mask, activation.mask_per_position ? layout : per_channel};
}

/// The value, or gradient, after dropout: +0 by selection where the mask is 0.
__device__ inline float drop(float value, float mask) {
  return mask == 0.0F ? 0.0F : value * mask;
}

/// v = total + bias of position p, image n, channel c -> ReLU -> dropout.
__device__ inline float activate(const ActivationCode& code, float v, int p, int n, int c) {
  if (code.relu) v = v <= 0.0F ? 0.0F : v;  // NaN passes
  if (code.mask == nullptr) return v;
  return drop(v, code.mask[p * code.mask_layout.position + n * code.mask_layout.image + c]);
}

}  // namespace mayfly::cuda
