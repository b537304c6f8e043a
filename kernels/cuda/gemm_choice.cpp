#include "kernels/cuda/gemm_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace mayfly::cuda {
namespace {

// An H200, fitted to what bench/conv2d_variants measured there.
constexpr double kCyclesPerMicrosecond = 1980;
constexpr double kLaunchMicroseconds = 3.5;
constexpr double kFloatsPerMicrosecond = 0.6e6;      // of chunk sums, of which the cache keeps many
constexpr double kFixupFloatsPerMicrosecond = 7000;  // read by one block that adds chunk sums

constexpr std::array<TileModel, 5> kTiles = {{
    {GemmTile::t64x64, 64, 64, 4, 58, 45},
    {GemmTile::t64x32, 64, 32, 8, 50, 19},
    {GemmTile::t32x32, 32, 32, 8, 41, 18.5},
    {GemmTile::t64x16, 64, 16, 8, 37, 17.5},
    {GemmTile::t16x32, 16, 32, 8, 26, 15},
}};

/// Multiply-adds a microsecond of a multiprocessor that holds `blocks`.
double rate(const TileModel& tile, double blocks) {
  return kCyclesPerMicrosecond * std::min(tile.full_rate, blocks * tile.lone_rate);
}

/// Lengths of the blocks of one tile position, in inner elements.
struct Blocks {
  std::int64_t count = 0;
  std::int64_t longest = 0;
  std::int64_t total = 0;
  std::int64_t most_chunks = 0;  // of a split matrix
  std::int64_t sums = 0;         // chunk sums of split matrices
};

Blocks blocks_of(const GemmWork& work, bool split) {
  Blocks blocks;
  for (const GemmItem& item : work.items) {
    const std::int64_t inner = inner_of(work, item);
    const bool apart = split && item.all_chunks > 1;
    blocks.total += inner;
    blocks.count += apart ? item.all_chunks : 1;
    blocks.longest = std::max(blocks.longest, apart ? work.shared.chunk : inner);
    if (!apart) continue;
    blocks.sums += item.all_chunks;
    blocks.most_chunks = std::max<std::int64_t>(blocks.most_chunks, item.all_chunks);
  }
  return blocks;
}

double microseconds(const GemmWork& work, const TileModel& tile, bool split, int multiprocessors) {
  const Blocks blocks = blocks_of(work, split);
  const double tiles = tiles_of(work, tile.tile), area = tile.bm * tile.bn;
  const double total = tiles * area * static_cast<double>(blocks.total);
  const double count = tiles * static_cast<double>(blocks.count);
  double time = std::max(total / (multiprocessors * rate(tile, tile.resident)),
                         area * static_cast<double>(blocks.longest) / rate(tile, 1));
  if (count <= multiprocessors * tile.resident) {
    const double fullest = std::ceil(count / multiprocessors);
    time = std::max(time, fullest * (total / count) / rate(tile, fullest));
  }
  if (blocks.sums > 0)
    time += 2 * static_cast<double>(blocks.sums) * work.size() / kFloatsPerMicrosecond +
            static_cast<double>(blocks.most_chunks) * area / kFixupFloatsPerMicrosecond;
  return time + kLaunchMicroseconds;
}

bool exists(Product product, const GemmWork& work, GemmTile tile) {
  return product != Product::data_gradient || work.loads == GemmLoads::four || tile == GemmTile::t32x32;
}

bool may_split(const GemmWork& work, std::int64_t max_sums) {
  const Blocks blocks = blocks_of(work, true);
  return blocks.sums > 0 && blocks.sums * work.size() <= max_sums;
}

GemmChoice variant_of(const GemmWork& work, Product product, std::size_t variant, std::int64_t max_sums) {
  const bool apart = variant >= kTiles.size();
  const GemmTile tile = kTiles.at(apart ? variant - kTiles.size() : variant).tile;
  return {.kernel = {exists(product, work, tile) ? tile : GemmTile::t32x32, work.loads},
          .split = apart && may_split(work, max_sums)};
}

}  // namespace

const TileModel& tile_model(GemmTile tile) {
  return *std::find_if(kTiles.begin(), kTiles.end(),
                       [&](const TileModel& model) { return model.tile == tile; });
}

int tiles_of(const GemmWork& work, GemmTile tile) {
  const TileModel& model = tile_model(tile);
  return (work.shared.m + model.bm - 1) / model.bm * ((work.shared.n + model.bn - 1) / model.bn);
}

std::vector<std::string> gemm_variants() {
  std::vector<std::string> names;
  for (const char* split : {"", ", split"})
    for (const TileModel& tile : kTiles)
      names.push_back(fmt::format("tile {}x{}{}", tile.bm, tile.bn, split));
  return names;
}

GemmChoice choose(const GemmWork& work, Product product, const GemmRule& rule, std::int64_t max_sums) {
  if (rule.variant) return variant_of(work, product, *rule.variant, max_sums);
  GemmChoice best{.microseconds = std::numeric_limits<double>::infinity()};
  for (const bool split : {false, true}) {
    if (split && !may_split(work, max_sums)) continue;
    for (const TileModel& tile : kTiles) {
      if (!exists(product, work, tile.tile)) continue;
      const double time = microseconds(work, tile, split, rule.multiprocessors);
      if (time < best.microseconds)
        best = {.kernel = {tile.tile, work.loads}, .split = split, .microseconds = time};
    }
  }
  return best;
}

}  // namespace mayfly::cuda
