#include "kernels/cuda/activation.h"

#include "kernels/cuda/activation_code.h"
#include "kernels/cuda/device_code.h"
#include "kernels/cuda/index_limit.h"
#include "kernels/cuda/last_block.h"
#include "kernels/cuda/ordered_sum.h"

namespace mayfly::cuda {
namespace {

constexpr dim3 kBlock(kSumLanes, 1 + kSumLoaders);  // one row adds, the others fetch
static_assert(threads_of(kBlock) % 32 == 0);

struct BackwardArguments {
  ActivationCode code;
  const float* y;
  float* dy;
  float* dbias;
  float* position_sums;  // (positions, padded channels)
  unsigned* tickets;     // one per group of channels
  MapLayout layout;
  int positions, batch, channels, padded_channels;
  int width;  // channels of a group
};

/// Gradient at the convolution's output. Where y is +0 because it was dropped, g is +0 already.
__device__ float gradient_at(const BackwardArguments& a, int p, int n, int c) {
  const int at = p * a.layout.position + n * a.layout.image + c;
  float g = a.dy[at];
  if (a.code.mask != nullptr)
    g = drop(g, a.code.mask[p * a.code.mask_layout.position + n * a.code.mask_layout.image + c]);
  if (a.code.relu && a.y[at] <= 0.0F) g = 0.0F;  // NaN passes
  return c < a.channels ? g : 0.0F;
}

/// The gradient of 32 (position, channel) columns, and their sums over the images.
__device__ void backward_of_positions(const BackwardArguments& a, SumTiles& tiles) {
  const int lane = static_cast<int>(threadIdx.x);
  const int row = lane / a.width;
  const int p = static_cast<int>(blockIdx.x) * (kSumLanes / a.width) + row;
  const int c = static_cast<int>(blockIdx.y) * a.width + lane - row * a.width;
  const bool exists = p < a.positions && c < a.padded_channels;
  const float sum = ordered_sum(
      a.batch, tiles, [&](int n) { return exists ? gradient_at(a, p, n, c) : 0.0F; },
      [&](int n, float g) {
        if (exists) a.dy[p * a.layout.position + n * a.layout.image + c] = g;
      });
  if (exists && threadIdx.y == 0) a.position_sums[p * a.padded_channels + c] = sum;
}

/// The bias gradient of a group of channels. A sum over images is never -0: from +0 on is the same as from
/// the first on.
__device__ void add_positions(const BackwardArguments& a, SumTiles& tiles) {
  const int c = static_cast<int>(blockIdx.y) * a.width + static_cast<int>(threadIdx.x);
  const bool exists = c < a.channels;
  const float sum = ordered_sum(
      a.positions, tiles, [&](int p) { return exists ? a.position_sums[p * a.padded_channels + c] : 0.0F; },
      [](int, float) {});
  if (exists && threadIdx.y == 0) a.dbias[c] = sum;
}

__global__ void __launch_bounds__(threads_of(kBlock))
    activation_backward_kernel(MAYFLY_GRID_CONSTANT const BackwardArguments a) {
  MAYFLY_SHARED(SumTiles, tiles);
  backward_of_positions(a, tiles);
  if (is_last_block(a.tickets + blockIdx.y, gridDim.x)) add_positions(a, tiles);
}

/// Channels of a group: a power of two that covers few channels without waste.
int width_of(int padded_channels) {
  int width = 4;
  while (width < kSumLanes && width < padded_channels) width *= 2;
  return width;
}

unsigned groups_of(int padded_channels) {
  return static_cast<unsigned>((padded_channels + kSumLanes - 1) / kSumLanes);
}

}  // namespace

std::size_t activation_scratch_floats(const Conv2dShape& shape) {
  return static_cast<std::size_t>(shape.out_positions()) *
         static_cast<std::size_t>(padded_to_four(shape.out_channels));
}

std::size_t activation_tickets(const Conv2dShape& shape) {
  return groups_of(padded_to_four(shape.out_channels));
}

void activation_backward(const Context& context, const Conv2dShape& shape, const Activation& activation,
                         const float* y, float* dy, float* dbias, float* scratch, unsigned* tickets) {
  const int padded = padded_to_four(shape.out_channels), positions = shape.out_positions();
  check_index(std::int64_t{positions} * shape.batch * padded, "the output of a layer");
  const MapLayout layout = context.layout(positions, shape.batch, shape.out_channels);
  const int width = width_of(padded), positions_of_block = kSumLanes / width;
  const BackwardArguments arguments{activation_code(activation, layout, shape.out_channels),
                                    y,
                                    dy,
                                    dbias,
                                    scratch,
                                    tickets,
                                    layout,
                                    positions,
                                    shape.batch,
                                    shape.out_channels,
                                    padded,
                                    width};
  const dim3 grid(static_cast<unsigned>((positions + positions_of_block - 1) / positions_of_block),
                  groups_of(padded));
  launch(activation_backward_kernel, grid, kBlock, context.stream, arguments);
}

}  // namespace mayfly::cuda
