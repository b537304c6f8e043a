#include "kernels/cuda/gather.h"

#include <stdexcept>
#include <utility>

#include "kernels/cuda/dataset.h"
#include "kernels/cuda/device_code.h"
#include "kernels/cuda/index_limit.h"

namespace mayfly::cuda {
namespace {

constexpr int kTile = 32;  // pixels, and images, of a block
constexpr int kRows = 8;   // of threads
constexpr dim3 kBlock(kTile, kRows);
static_assert(threads_of(kBlock) % 32 == 0);

/// Pixel (h, w) of channel c of image n lies at origin + h*row + w*column + n*image + c.
struct ImageLayout {
  int origin, row, column, image;
  bool images_are_neighbours;
};

ImageLayout layout_of(const GatherShape& s, bool image_major) {
  const int channels = s.image.channels;
  if (image_major)
    return {0, s.image.width * channels, channels, s.image.height * s.image.width * channels, false};
  const int column = s.batch * channels, row = (s.image.width + 2 * s.padding) * column;
  return {s.padding * (row + column), row, column, channels, true};
}

struct GatherArguments {
  const std::uint8_t* pixels;
  const std::uint8_t* all_labels;
  const std::uint32_t* order;
  const float* table;
  const DeviceState* state;
  float* x;
  std::uint32_t* labels;
  int batch;
  ImageShape image;
  ImageLayout layout;
};

/// Place in the data set of image `n` of the batch.
__device__ std::uint64_t index_of(const GatherArguments& a, int n) {
  const std::uint64_t at =
      static_cast<std::uint64_t>(a.state->step) * static_cast<unsigned>(a.batch) + static_cast<unsigned>(n);
  return a.order == nullptr ? at : a.order[at];
}

__global__ void __launch_bounds__(threads_of(kBlock))
    gather_kernel(MAYFLY_GRID_CONSTANT const GatherArguments a) {
  MAYFLY_SHARED(float[kTile][kTile + 1], tile);
  const int positions = a.image.height * a.image.width;
  const int first_pixel = static_cast<int>(blockIdx.x) * kTile;
  const int first_image = static_cast<int>(blockIdx.y) * kTile;
  const int channel = static_cast<int>(blockIdx.z);
  const int fast = static_cast<int>(threadIdx.x);

  for (int slow = static_cast<int>(threadIdx.y); slow < kTile; slow += kRows) {
    const int n = first_image + slow, p = first_pixel + fast;
    if (n >= a.batch || p >= positions) continue;
    const std::uint64_t plane = index_of(a, n) * a.image.channels + channel;
    tile[slow][fast] = a.table[channel * 256 + a.pixels[plane * positions + p]];
  }
  __syncthreads();
  for (int slow = static_cast<int>(threadIdx.y); slow < kTile; slow += kRows) {
    const int image = a.layout.images_are_neighbours ? fast : slow;
    const int pixel = a.layout.images_are_neighbours ? slow : fast;
    const int n = first_image + image, p = first_pixel + pixel;
    if (n >= a.batch || p >= positions) continue;
    const int h = p / a.image.width, w = p - h * a.image.width;
    a.x[a.layout.origin + h * a.layout.row + w * a.layout.column + n * a.layout.image + channel] =
        tile[image][pixel];
  }
  const int n = first_image + fast;
  if (blockIdx.x == 0 && channel == 0 && threadIdx.y == 0 && n < a.batch)
    a.labels[n] = a.all_labels[index_of(a, n)];
}

unsigned tiles(int count) {
  return static_cast<unsigned>((count + kTile - 1) / kTile);
}

}  // namespace

CudaGather::CudaGather(const Context& context, const GatherShape& shape, Buffer table)
    : context_(context), shape_(shape), table_(std::move(table)) {
  if (table_.bytes() != static_cast<std::size_t>(shape.image.channels) * 256 * sizeof(float))
    throw std::logic_error("gather: the pixel table must hold 256 values per channel");
  check_index(static_cast<std::int64_t>(image_floats()), "a batch of images");
}

std::size_t CudaGather::image_floats() const {
  const auto border = context_.image_major ? std::size_t{0} : static_cast<std::size_t>(2 * shape_.padding);
  return (shape_.image.height + border) * (shape_.image.width + border) *
         static_cast<std::size_t>(shape_.batch) * static_cast<std::size_t>(shape_.image.channels);
}

void CudaGather::run(const DeviceDataset& dataset, const std::uint32_t* order, float* x,
                     std::uint32_t* labels) {
  const auto& images = static_cast<const CudaDataset&>(dataset);
  const GatherArguments arguments{images.pixels(), images.labels(),
                                  order,           table_.floats(),
                                  context_.state,  x,
                                  labels,          shape_.batch,
                                  shape_.image,    layout_of(shape_, context_.image_major)};
  const dim3 grid(tiles(shape_.image.height * shape_.image.width), tiles(shape_.batch),
                  static_cast<unsigned>(shape_.image.channels));
  launch(gather_kernel, grid, kBlock, context_.stream, arguments);
}

}  // namespace mayfly::cuda
