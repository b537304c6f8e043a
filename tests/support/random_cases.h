// Random shapes and values for tests: the search space in small, with its corners drawn more often.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "core/network_spec.h"
#include "core/shape.h"

namespace mayfly {

/// The same cases everywhere: only raw draws of mt19937, no std distribution.
class CaseRandom {
 public:
  explicit CaseRandom(std::uint32_t seed) : engine_(seed) {}
  int between(int low, int high) {
    return low + static_cast<int>(engine_() % static_cast<std::uint32_t>(high - low + 1));
  }
  bool chance(double p) { return static_cast<double>(engine_()) * 0x1p-32 < p; }
  /// In [-1, 1), with a full binary32 significand more often than not.
  float value() { return static_cast<float>(static_cast<double>(engine_()) * 0x1p-31 - 1.0); }
  /// NaN, infinities, zeros of both signs, the largest, smallest and subnormal numbers.
  float special_value();

 private:
  std::mt19937 engine_;
};

/// `special`: probability of a special value.
std::vector<float> random_floats(CaseRandom& random, std::size_t count, double special = 0);

/// A convolution of at most `max_macs` useful multiply-adds; kept maps, sometimes the first convolution.
Conv2dShape random_conv2d(CaseRandom& random, std::int64_t max_macs);
Pool2dShape random_pool2d(CaseRandom& random);

struct NetworkCase {
  NetworkSpec spec;
  ImageShape image;
};
/// A whole network of at most `max_macs` nominal multiply-adds per batch.
NetworkCase random_network(CaseRandom& random, std::int64_t max_macs);

std::vector<std::uint8_t> random_pixels(CaseRandom& random, std::size_t count);
std::vector<std::uint32_t> random_labels(CaseRandom& random, int count, int classes);

std::string describe(const Conv2dShape& shape);
std::string describe(const Pool2dShape& shape);
std::string describe(const NetworkCase& network);

}  // namespace mayfly
