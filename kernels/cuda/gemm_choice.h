// Which tile a product runs with, and whether its chunks are spread over blocks: a static rule from the shape
// and the number of multiprocessors. The bits do not depend on the choice.
//
// Time of a launch = the largest of
//   all multiply-adds of whole tiles / rate of all multiprocessors, full;
//   those of the longest block / its rate alone;
//   where one wave of blocks suffices: those of the fullest multiprocessor / its rate
// + launch + for split products: writing and reading the chunk sums, and the longest addition of them.
//
// Its figures are fitted to what bench/conv2d_variants measured on an H200: by those 172 products its choice
// takes 2 % longer than the fastest kernel, by geometric mean (docs/gpu/h200.md). For a V100 they are a
// guess.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kernels/cuda/gemm_work.h"

namespace mayfly::cuda {

/// A tile as the host sees it.
struct TileModel {
  GemmTile tile;
  int bm, bn;        ///< rows and columns
  int resident;      ///< blocks that a multiprocessor holds
  double full_rate;  ///< multiply-adds a cycle of a multiprocessor that holds so many blocks
  double lone_rate;  ///< the same where it holds one
};
const TileModel& tile_model(GemmTile tile);

struct GemmChoice {
  GemmKernel kernel;
  bool split = false;
  double microseconds = 0;  ///< by the model
};

/// Floats of chunk sums that a split product may have, 256 MiB. A layer whose kernel is as large as its map
/// has hundreds of chunks in one matrix.
constexpr std::int64_t kMaxChunkSums = 67'108'864;

/// Who chooses: the model, for a GPU of so many multiprocessors, or a test that wants a certain variant.
struct GemmRule {
  int multiprocessors;
  std::optional<std::size_t> variant = std::nullopt;  ///< index of gemm_variants()
};
/// "tile 64x32" and the others, then "tile 64x32, split" and so on.
std::vector<std::string> gemm_variants();

/// `max_sums`: floats of workspace that a split may take. A variant that this product does not have, or
/// cannot be split, runs with the tile that all have, or whole.
GemmChoice choose(const GemmWork& work, Product product, const GemmRule& rule, std::int64_t max_sums);

/// Tiles of one output matrix.
int tiles_of(const GemmWork& work, GemmTile tile);

}  // namespace mayfly::cuda
