#include "kernels/cuda/initialise.h"

#include "kernels/cuda/device_code.h"
#include "kernels/cuda/index_limit.h"
#include "kernels/initial_parameters.h"

namespace mayfly::cuda {
namespace {

constexpr unsigned kThreads = 128;
constexpr unsigned kDraws = 4;  // of a thread: a Philox block

struct InitialiseArguments {
  float* weights;
  float* bias;
  std::size_t out_channel_step, channel_step, tap_step;  // WeightLayout
  InitialDraws draws;
  unsigned fan_in, taps;
  unsigned out_channels;
  float bound;
};

__global__ void __launch_bounds__(kThreads) fill_kernel(float* values, unsigned count, float value) {
  const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) values[i] = value;
}

/// Of the weight with this logical index.
__device__ std::size_t place_of(const InitialiseArguments& a, unsigned index) {
  const unsigned out_channel = index / a.fan_in, input = index - out_channel * a.fan_in;
  const unsigned channel = input / a.taps, tap = input - channel * a.taps;
  return out_channel * a.out_channel_step + channel * a.channel_step + tap * a.tap_step;
}

__global__ void __launch_bounds__(kThreads) draw_kernel(MAYFLY_GRID_CONSTANT const InitialiseArguments a) {
  const unsigned quad = blockIdx.x * blockDim.x + threadIdx.x;
  const unsigned weight_count = a.out_channels * a.fan_in;
  const PhiloxBlock block = draw_quad(a.draws.seed, Stream::init, {.layer = a.draws.layer}, quad);
  MAYFLY_UNROLL
  for (unsigned i = 0; i < kDraws; ++i) {
    const unsigned index = kDraws * quad + i;
    const float value = initial_value(block.v[i], a.bound);
    if (index < weight_count)
      a.weights[place_of(a, index)] = value;
    else if (index - weight_count < a.out_channels)
      a.bias[index - weight_count] = value;
  }
}

dim3 blocks_of(std::int64_t threads) {
  return dim3(static_cast<unsigned>((threads + kThreads - 1) / kThreads));
}

}  // namespace

void initialise(const Context& context, const Conv2dShape& shape, const WeightLayout& layout,
                const InitialDraws& draws, float* weights, float* bias) {
  const auto floats = static_cast<std::int64_t>(layout.floats);
  const std::int64_t drawn = shape.weight_count() + shape.out_channels;
  check_index(floats, "the weights of a layer");
  check_index(drawn, "the parameters of a layer");
  launch(fill_kernel, blocks_of(floats), dim3(kThreads), context.stream, weights,
         static_cast<unsigned>(floats), layout.padding);
  const InitialiseArguments arguments{.weights = weights,
                                      .bias = bias,
                                      .out_channel_step = layout.out_channel,
                                      .channel_step = layout.channel,
                                      .tap_step = layout.tap_step,
                                      .draws = draws,
                                      .fan_in = static_cast<unsigned>(shape.fan_in()),
                                      .taps = static_cast<unsigned>(shape.kernel_size * shape.kernel_size),
                                      .out_channels = static_cast<unsigned>(shape.out_channels),
                                      .bound = initial_bound(shape)};
  launch(draw_kernel, blocks_of((drawn + kDraws - 1) / kDraws), dim3(kThreads), context.stream, arguments);
}

}  // namespace mayfly::cuda
