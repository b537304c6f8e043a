#include "kernels/cuda/vendor/bias_activation.h"

#include "kernels/cuda/activation_code.h"
#include "kernels/cuda/device_code.h"

namespace mayfly::cuda {
namespace {

constexpr int kThreads = 256;

__global__ void __launch_bounds__(kThreads)
    bias_activation_kernel(int batch, int channels, int padded, const float* bias, bool relu,
                           const float* mask, MapLayout mask_layout, float* y) {
  const int at = static_cast<int>(blockIdx.x) * kThreads + static_cast<int>(threadIdx.x);
  if (at >= batch * padded) return;
  const int n = at / padded, c = at - n * padded;
  y[at] = c < channels ? activate({relu, mask, mask_layout}, y[at] + bias[c], 0, n, c) : 0.0F;
}

}  // namespace

void bias_activation(int batch, int channels, const float* bias, const Activation& activation, float* y,
                     cudaStream_t stream) {
  const ActivationCode code = activation_code(activation, image_major(1, channels), channels);
  const int padded = padded_to_four(channels);
  const int blocks = (batch * padded + kThreads - 1) / kThreads;
  launch(bias_activation_kernel, dim3(static_cast<unsigned>(blocks)), dim3(kThreads), stream, batch, channels,
         padded, bias, code.relu, code.mask, code.mask_layout, y);
}

}  // namespace mayfly::cuda
