#include "kernels/cuda/sgd.h"

#include <algorithm>

#include "kernels/cuda/device_code.h"
#include "kernels/cuda/index_limit.h"

namespace mayfly::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kMostBlocks = 1024;

/// The scalars, tested for zero in binary64 and rounded.
struct SgdRun {
  bool decays, has_momentum;
  float minus_rate, mu, one_minus_dampening, weight_decay;
};

__device__ void update(const SgdRun& run, bool first, float g, float& w, float& b) {
  if (run.decays) g = fmaf(run.weight_decay, w, g);
  b = run.has_momentum && !first ? fmaf(run.one_minus_dampening, g, run.mu * b) : g;
  w = fmaf(run.minus_rate, b, w);
}

__device__ void update_four(const SgdRun& run, bool first, int quad, const float* gradients, float* weights,
                            float* momentum) {
  const float4 g = reinterpret_cast<const float4*>(gradients)[quad];
  float4 w = reinterpret_cast<float4*>(weights)[quad];
  float4 b{};
  if (run.has_momentum && !first) b = reinterpret_cast<float4*>(momentum)[quad];
  update(run, first, g.x, w.x, b.x);
  update(run, first, g.y, w.y, b.y);
  update(run, first, g.z, w.z, b.z);
  update(run, first, g.w, w.w, b.w);
  reinterpret_cast<float4*>(weights)[quad] = w;
  if (run.has_momentum) reinterpret_cast<float4*>(momentum)[quad] = b;
}

__global__ void __launch_bounds__(kThreads)
    sgd_kernel(SgdRun run, const DeviceState* state, int count, const float* gradients, float* weights,
               float* momentum) {
  const bool first = state->updates == 0;
  const int thread = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int quads = count / 4;
  for (int quad = thread; quad < quads; quad += static_cast<int>(gridDim.x * blockDim.x))
    update_four(run, first, quad, gradients, weights, momentum);
  if (thread >= count - quads * 4) return;
  const int i = quads * 4 + thread;
  float b = run.has_momentum && !first ? momentum[i] : 0.0F;
  update(run, first, gradients[i], weights[i], b);
  if (run.has_momentum) momentum[i] = b;
}

}  // namespace

void sgd(const Context& context, const SgdScalars& scalars, std::size_t count, const float* gradients,
         float* weights, float* momentum) {
  if (count == 0) return;
  check_index(static_cast<std::int64_t>(count), "the parameters");
  const SgdRun run{.decays = scalars.weight_decay != 0,
                   .has_momentum = scalars.momentum != 0,
                   .minus_rate = -static_cast<float>(scalars.learning_rate),
                   .mu = static_cast<float>(scalars.momentum),
                   .one_minus_dampening = static_cast<float>(1.0 - scalars.dampening),
                   .weight_decay = static_cast<float>(scalars.weight_decay)};
  const std::size_t blocks = (count + 4 * kThreads - 1) / (4 * kThreads);
  launch(sgd_kernel, dim3(static_cast<unsigned>(std::min<std::size_t>(blocks, kMostBlocks))), dim3(kThreads),
         context.stream, run, context.state, static_cast<int>(count), gradients, weights, momentum);
}

}  // namespace mayfly::cuda
