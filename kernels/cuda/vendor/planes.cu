#include "kernels/cuda/vendor/planes.h"

#include "kernels/cuda/activation_code.h"
#include "kernels/cuda/device_code.h"

namespace mayfly::cuda {
namespace {

constexpr int kTile = 32;  // positions, and channels, of a block
constexpr int kRows = 8;   // of threads
constexpr dim3 kBlock(kTile, kRows);
static_assert(threads_of(kBlock) % 32 == 0);
constexpr int kFewChannels = 4;
constexpr int kThreads = 256;

__device__ int plane_offset(const PlanesShape& s, int n, int c) {
  return (n * s.channels + c) * (s.planes_height * s.planes_width);
}

/// Value of planes position q: that of the map, or +0 where it is not kept.
__device__ float map_value(const PlanesShape& s, MapLayout layout, const float* map, int q, int n, int c) {
  const int h = q / s.planes_width, w = q - h * s.planes_width;
  if (h >= s.height || w >= s.width || c >= s.channels) return 0.0F;
  return map[(h * s.width + w) * layout.position + n * layout.image + c];
}

__global__ void __launch_bounds__(threads_of(kBlock))
    to_planes_kernel(MAYFLY_GRID_CONSTANT const PlanesShape s, MapLayout layout, const float* map,
                     float* planes, int tiles) {
  MAYFLY_SHARED(float[kTile][kTile + 1], tile);
  const int positions = s.planes_height * s.planes_width;
  const int n = static_cast<int>(blockIdx.x) / tiles;
  const int first_q = (static_cast<int>(blockIdx.x) - n * tiles) * kTile;
  const int first_c = static_cast<int>(blockIdx.y) * kTile;
  const int fast = static_cast<int>(threadIdx.x);
  for (int slow = static_cast<int>(threadIdx.y); slow < kTile; slow += kRows)
    tile[slow][fast] = map_value(s, layout, map, first_q + slow, n, first_c + fast);
  __syncthreads();
  for (int slow = static_cast<int>(threadIdx.y); slow < kTile; slow += kRows) {
    const int c = first_c + slow, q = first_q + fast;
    if (c < s.channels && q < positions) planes[plane_offset(s, n, c) + q] = tile[fast][slow];
  }
}

/// One thread, one value: of a few channels a tile would be mostly empty.
__global__ void __launch_bounds__(kThreads)
    few_to_planes_kernel(MAYFLY_GRID_CONSTANT const PlanesShape s, MapLayout layout, const float* map,
                         float* planes) {
  const int positions = s.planes_height * s.planes_width;
  const unsigned thread = blockIdx.x * kThreads + threadIdx.x;
  if (thread >= static_cast<unsigned>(s.batch * s.channels * positions)) return;
  const int at = static_cast<int>(thread);
  const int plane = at / positions, n = plane / s.channels;
  planes[at] = map_value(s, layout, map, at - plane * positions, n, plane - n * s.channels);
}

/// What happens to a value on the way from the planes.
struct Unchanged {
  __device__ float operator()(float value, int /*p*/, int /*n*/, int /*c*/) const { return value; }
};
template <bool kRelu>
struct Activated {
  const float* bias;
  const float* mask;
  MapLayout mask_layout;
  __device__ float operator()(float value, int p, int n, int c) const {
    return activate({kRelu, mask, mask_layout}, value + bias[c], p, n, c);
  }
};

template <class Change>
__global__ void __launch_bounds__(threads_of(kBlock))
    to_map_kernel(MAYFLY_GRID_CONSTANT const PlanesShape s, const float* planes, MapLayout layout, float* map,
                  Change change, int tiles, int padded_channels) {
  MAYFLY_SHARED(float[kTile][kTile + 1], tile);
  const int positions = s.height * s.width;
  const int n = static_cast<int>(blockIdx.x) / tiles;
  const int first_p = (static_cast<int>(blockIdx.x) - n * tiles) * kTile;
  const int first_c = static_cast<int>(blockIdx.y) * kTile;
  const int fast = static_cast<int>(threadIdx.x);
  for (int slow = static_cast<int>(threadIdx.y); slow < kTile; slow += kRows) {
    const int p = first_p + fast, c = first_c + slow;
    if (p >= positions || c >= s.channels) continue;
    const int h = p / s.width, w = p - h * s.width;
    tile[slow][fast] = planes[plane_offset(s, n, c) + h * s.planes_width + w];
  }
  __syncthreads();
  for (int slow = static_cast<int>(threadIdx.y); slow < kTile; slow += kRows) {
    const int p = first_p + slow, c = first_c + fast;
    if (p >= positions || c >= padded_channels) continue;
    map[p * layout.position + n * layout.image + c] =
        c < s.channels ? change(tile[fast][slow], p, n, c) : 0.0F;
  }
}

int tiles_of(int count) {
  return (count + kTile - 1) / kTile;
}

template <class Change>
void start_to_map(const PlanesShape& shape, const float* planes, MapLayout layout, float* map,
                  const Change& change, cudaStream_t stream) {
  const int tiles = tiles_of(shape.height * shape.width);
  const dim3 grid(static_cast<unsigned>(tiles * shape.batch),
                  static_cast<unsigned>(tiles_of(shape.channels)));
  launch(to_map_kernel<Change>, grid, kBlock, stream, shape, planes, layout, map, change, tiles,
         padded_to_four(shape.channels));
}

}  // namespace

void map_to_planes(const PlanesShape& shape, MapLayout layout, const float* map, float* planes,
                   cudaStream_t stream) {
  if (shape.channels <= kFewChannels) {
    const auto blocks = static_cast<unsigned>((shape.floats() + kThreads - 1) / kThreads);
    launch(few_to_planes_kernel, dim3(blocks), dim3(kThreads), stream, shape, layout, map, planes);
    return;
  }
  const int tiles = tiles_of(shape.planes_height * shape.planes_width);
  const dim3 grid(static_cast<unsigned>(tiles * shape.batch),
                  static_cast<unsigned>(tiles_of(shape.channels)));
  launch(to_planes_kernel, grid, kBlock, stream, shape, layout, map, planes, tiles);
}

void planes_to_map(const PlanesShape& shape, const float* planes, MapLayout layout, float* map,
                   cudaStream_t stream) {
  start_to_map(shape, planes, layout, map, Unchanged{}, stream);
}

void planes_to_map_activated(const PlanesShape& shape, const float* planes, const float* bias,
                             const Activation& activation, MapLayout layout, float* map,
                             cudaStream_t stream) {
  const ActivationCode code = activation_code(activation, layout, shape.channels);
  if (code.relu)
    start_to_map(shape, planes, layout, map, Activated<true>{bias, code.mask, code.mask_layout}, stream);
  else
    start_to_map(shape, planes, layout, map, Activated<false>{bias, code.mask, code.mask_layout}, stream);
}

}  // namespace mayfly::cuda
