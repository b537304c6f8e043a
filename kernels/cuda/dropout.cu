#include "kernels/cuda/dropout.h"

#include <cmath>

#include "core/random.h"
#include "kernels/cuda/device_code.h"
#include "kernels/cuda/index_limit.h"

namespace mayfly::cuda {
namespace {

constexpr int kThreads = 128;

struct MaskArguments {
  const DeviceState* state;
  float* mask;
  std::uint64_t threshold;
  float scale;
  std::uint32_t seed, layer;
  int lanes;  // batch * padded channels
  int channels, padded_channels;
  int full_height, full_width, width;
  MapLayout layout;
};

/// block.v[i] without an array in memory.
__device__ std::uint32_t word_of(const PhiloxBlock& block, unsigned i) {
  const std::uint32_t low = i % 2 == 0 ? block.v[0] : block.v[1];
  const std::uint32_t high = i % 2 == 0 ? block.v[2] : block.v[3];
  return i < 2 ? low : high;
}

/// Row blockIdx.y of one (image, channel): draws one after the other.
__global__ void __launch_bounds__(kThreads) dropout_mask_kernel(MAYFLY_GRID_CONSTANT const MaskArguments a) {
  const int lane = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (lane >= a.lanes) return;
  const int n = lane / a.padded_channels, c = lane - n * a.padded_channels;
  const int h = static_cast<int>(blockIdx.y);
  const DrawAddress at{a.layer, a.state->step, a.state->epoch};
  const auto map = static_cast<std::uint64_t>(n) * a.channels + c;
  std::uint64_t index = (map * a.full_height + h) * a.full_width;
  float* to = a.mask + h * a.width * a.layout.position + n * a.layout.image + c;
  PhiloxBlock block{};
  for (int w = 0; w < a.width; ++w, ++index, to += a.layout.position) {
    const auto i = static_cast<unsigned>(index % 4);
    if (w == 0 || i == 0)
      block = draw_quad(a.seed, Stream::dropout, at, static_cast<std::uint32_t>(index / 4));
    *to = c < a.channels && word_of(block, i) >= a.threshold ? a.scale : 0.0F;
  }
}

}  // namespace

void dropout_mask(const Context& context, const DropoutShape& dropout, double rate, std::uint32_t seed,
                  std::uint32_t layer, float* mask) {
  const DropoutShape shape =
      dropout.per_element ? dropout : DropoutShape{.batch = dropout.batch, .channels = dropout.channels};
  const int padded = padded_to_four(shape.channels), positions = shape.height * shape.width;
  check_index(std::int64_t{positions} * shape.batch * padded, "a dropout mask");
  const MapLayout per_channel{0, padded};
  const MaskArguments arguments{
      .state = context.state,
      .mask = mask,
      .threshold = static_cast<std::uint64_t>(std::floor(rate * 0x1p32 + 0.5)),
      .scale = static_cast<float>(1.0 / (1.0 - rate)),
      .seed = seed,
      .layer = layer,
      .lanes = shape.batch * padded,
      .channels = shape.channels,
      .padded_channels = padded,
      .full_height = shape.full_height,
      .full_width = shape.full_width,
      .width = shape.width,
      .layout = shape.per_element ? context.layout(positions, shape.batch, shape.channels) : per_channel};
  const dim3 grid(static_cast<unsigned>((arguments.lanes + kThreads - 1) / kThreads),
                  static_cast<unsigned>(shape.height));
  launch(dropout_mask_kernel, grid, dim3(kThreads), context.stream, arguments);
}

}  // namespace mayfly::cuda
