// From the shape of a convolution to the items of gemm.h: where segments lie, which of them are valid, and
// how they are cut into chunks (arithmetic.md section 2). Plain arithmetic on the host.
#pragma once

#include <cstdint>
#include <vector>

#include "core/shape.h"
#include "kernels/cuda/gemm.h"
#include "kernels/cuda/map_layout.h"

namespace mayfly::cuda {

/// Physical layout of a convolution's operands in exact arithmetic. Weights: (kernel row, kernel column,
/// in_channels, out_channels), both channels padded to four with -0; the image's channels are not padded,
/// here and in the gathered batch (height + 2*padding, width + 2*padding, batch, channels), whose border is
/// +0.
struct ConvLayout {
  explicit ConvLayout(const Conv2dShape& shape);
  int in_channels, out_channels;  ///< padded
  MapLayout x, y;
  int x_width;   ///< columns of the input as it lies in memory
  int x_border;  ///< the image's padding, 0 for other inputs
  int tap;       ///< floats of the weights of one tap
  int weights;   ///< floats of all of them
};

/// What all items of one product share; the rest of GemmArgs is pointers.
struct GemmWork {
  GemmArgs shared;
  GemmLoads loads = GemmLoads::four;
  std::vector<GemmItem> items;                             ///< whole matrices
  int size() const { return shared.m * shared.n_stride; }  ///< floats of one output matrix
};

/// DeviceError where the layer is beyond 32-bit offsets.
GemmWork make_work(const Conv2dShape& shape, Product product);

/// Inner elements of an item.
std::int64_t inner_of(const GemmWork& work, const GemmItem& item);
int chunks_of(const GemmWork& work, const GemmItem& item);

/// Items in which every chunk of a matrix is one of its own.
struct SplitItems {
  std::vector<GemmItem> items;
  std::int64_t sums = 0;  ///< floats of workspace
  int tickets = 0;
};
SplitItems split(const GemmWork& work, int tiles_per_matrix);

/// Longest first, so that the last blocks of a launch are short.
void sort_by_length(const GemmWork& work, std::vector<GemmItem>& items);

}  // namespace mayfly::cuda
