// The products of convolution and Linear, in all three directions, as one kind of matrix product
// (arithmetic.md section 2). An output matrix (m rows, n columns) belongs to one map position, or in the
// weight gradient to one tap. It is the sum over a rectangle of segments (taps or positions) of products with
// k inner elements:
//
//   direction         matrix of       rows m   columns n   segments            inner k
//   forward           output position images   out_chan.   valid taps          in_channels
//   data gradient     input position  images   in_chan.    valid taps          out_channels
//   weight gradient   tap             in_chan. out_chan.   valid positions     images
//   the same, image   (all taps)      tap,chan out_chan.   all positions       images
//
// A segment lies at a constant step from its neighbours in both operands, so which terms are valid is decided
// on the host alone (gemm_work.h) and the kernel (gemm_code.h) never tests a coordinate.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace mayfly::cuda {

enum class Product { forward, data_gradient, weight_gradient, image_weight_gradient };

/// One output matrix, or one chunk of it. Offsets and steps are in floats.
struct GemmItem {
  int rows, cols;                ///< segments
  int a0, ai, aj;                ///< segment (i, j) lies at a0 + i*ai + j*aj in A
  int b0, bi, bj;                ///< and in B
  int out;                       ///< the output matrix
  int first_chunk, chunk_count;  ///< to compute here
  int sums;                      ///< split: where in the workspace the sum of this chunk goes; -1: not split
  int first_sum;                 ///< split: where the sum of the matrix' first chunk goes
  int all_chunks;                ///< split: of the whole matrix
  int ticket;                    ///< split: the matrix' first ticket, one for each tile
  unsigned cols_magic;           ///< quotient_magic(cols)
};

/// What all items of a launch share.
struct GemmArgs {
  const float* a = nullptr;
  const float* b = nullptr;
  float* out = nullptr;
  float* sums = nullptr;        ///< workspace of split matrices
  unsigned* tickets = nullptr;  ///< zero before and after
  const GemmItem* items = nullptr;
  int item_count = 0;
  int m = 0, n = 0;  ///< of an output matrix
  int n_stride = 0;  ///< floats from row to row of it: n padded to four; the padding is written as +0
  int k = 0;         ///< inner elements of a segment, padding of the layout included
  int chunk = 0;     ///< inner elements of a chunk, likewise
  int a_row = 0, a_inner = 0;  ///< steps of A along m and k: one of them is 1
  int b_row = 0, b_inner = 0;  ///< steps of B along n and k
  int tiles_n = 0;             ///< of the chosen tile
  unsigned k_magic = 0;
  // Image weight gradient: row m is (tap, channel), m = (kh*kernel_size + kw)*channels + c, at
  // (kh*image_row + kw*image_column + c) in A.
  int kernel_size = 0, channels = 0, image_row = 0, image_column = 0;
  // Forward: y = activation(total + bias). mask as Activation says, in the layout of the output.
  const float* bias = nullptr;
  const float* mask = nullptr;
  bool mask_per_position = false;
  bool relu = false;
};

/// The tiles of output that a block computes (rows x columns).
enum class GemmTile { t64x64, t64x32, t32x32, t64x16, t16x32 };

/// Floats per load along the inner index: 4, or 1 where neither layout nor chunks are whole groups of four
/// (the image's channels; more than 512 channels that are not a multiple of four).
enum class GemmLoads { four, one };

/// Which kernel runs a product.
struct GemmKernel {
  GemmTile tile = GemmTile::t32x32;
  GemmLoads loads = GemmLoads::four;
};

/// Starts the product. The data gradient with GemmLoads::one has the tile 32x32 alone: std::logic_error for
/// others, whose tickets would be counted otherwise.
void run_forward(const GemmArgs& args, const GemmKernel& kernel, cudaStream_t stream);
void run_data_gradient(const GemmArgs& args, const GemmKernel& kernel, cudaStream_t stream);
void run_weight_gradient(const GemmArgs& args, const GemmKernel& kernel, cudaStream_t stream);
void run_image_weight_gradient(const GemmArgs& args, const GemmKernel& kernel, cudaStream_t stream);

/// x / d by one multiplication: umulhi(2x, magic), exact while x*d < 2^31.
constexpr unsigned quotient_magic(int d) {
  return static_cast<unsigned>((std::uint64_t{1} << 31) / static_cast<unsigned>(d)) + 1;
}
constexpr bool quotient_holds(std::int64_t largest_x, int d) {
  return largest_x * d < (std::int64_t{1} << 31);
}

}  // namespace mayfly::cuda
