// Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011, Random123). A draw is addressed by what it
// is for, never by when it is made, so every backend, thread count and resume point sees the same one.
//
//   key     = (seed of the stream, stream)
//   counter = (index / 4, layer, step, epoch), unused words 0;   the draw is word index % 4 of the block
//
// kernels/arithmetic.md section 9 is the contract; tests/core/random_test.cpp holds known answers.
#pragma once

#include <Random123/philox.h>

#include <cstdint>

#include "core/host_device.h"

namespace mayfly {

/// What a draw decides. The value is the second word of the Philox key.
enum class Stream : std::uint32_t { architecture = 0, init = 1, order = 2, dropout = 3 };

/// Where a draw stands: `layer` counts convolutions, then Linears, from 0; `step` counts within the epoch.
struct DrawAddress {
  std::uint32_t layer = 0;
  std::uint32_t step = 0;
  std::uint32_t epoch = 0;
};

/// Four words; `block.v` is their array.
using PhiloxBlock = r123::Philox4x32::ctr_type;

/// One Philox4x32-10 block.
MAYFLY_HOST_DEVICE inline PhiloxBlock philox(r123::Philox4x32::key_type key, PhiloxBlock counter) {
  return philox4x32(counter, key);
}

/// The four draws with indices 4*quad .. 4*quad+3.
MAYFLY_HOST_DEVICE inline PhiloxBlock draw_quad(std::uint32_t seed, Stream stream, DrawAddress at,
                                                std::uint32_t quad) {
  return philox({{seed, static_cast<std::uint32_t>(stream)}}, {{quad, at.layer, at.step, at.epoch}});
}

/// The draw with this index.
MAYFLY_HOST_DEVICE inline std::uint32_t draw(std::uint32_t seed, Stream stream, DrawAddress at,
                                             std::uint32_t index) {
  return draw_quad(seed, stream, at, index / 4)[index % 4];
}

/// u in [0, 1): the upper 24 bits times 2^-24, exact in binary32 and binary64.
MAYFLY_HOST_DEVICE inline float unit_float(std::uint32_t bits) {
  return static_cast<float>(bits >> 8) * 0x1p-24F;
}

/// random_seed of network `index` of a campaign: word 0 of Philox(key = campaign seed low, high; counter =
/// index).
inline std::uint32_t network_seed(std::uint64_t campaign_seed, std::uint32_t index) {
  return philox({static_cast<std::uint32_t>(campaign_seed), static_cast<std::uint32_t>(campaign_seed >> 32)},
                {index, 0, 0, 0})[0];
}

/// Draws of one address taken one after the other: index 0, 1, 2, ...
class DrawSequence {
 public:
  DrawSequence(std::uint32_t seed, Stream stream, DrawAddress at) : seed_(seed), stream_(stream), at_(at) {}

  std::uint32_t next() {
    if (index_ % 4 == 0) block_ = draw_quad(seed_, stream_, at_, index_ / 4);
    return block_[index_++ % 4];
  }

  /// Uniform in [0, bound), bound >= 1, without bias (Lemire 2019): m = next() * bound in 64 bits; while the
  /// low word of m is below 2^32 mod bound, draw again (a rejected draw uses up its index); the result is m
  /// >> 32.
  std::uint32_t below(std::uint32_t bound) {
    const std::uint32_t reject_below = (0U - bound) % bound;
    for (;;) {
      const std::uint64_t product = std::uint64_t{next()} * bound;
      if (static_cast<std::uint32_t>(product) >= reject_below)
        return static_cast<std::uint32_t>(product >> 32);
    }
  }

  /// Uniform in [low, high], both included.
  int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<std::uint32_t>(high - low) + 1));
  }

  /// u in [0, 1) as binary64, with 24 random bits.
  double unit() { return static_cast<double>(next() >> 8) * 0x1p-24; }

 private:
  std::uint32_t seed_;
  Stream stream_;
  DrawAddress at_;
  std::uint32_t index_ = 0;
  PhiloxBlock block_{};
};

}  // namespace mayfly
