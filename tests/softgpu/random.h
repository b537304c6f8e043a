// Chance of the software device: which legal order comes next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace mayfly::softgpu {

/// SplitMix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// 0 to count-1, for count < 2^32.
  std::uint32_t below(std::size_t count) {
    return static_cast<std::uint32_t>(((next() >> 32) * static_cast<std::uint64_t>(count)) >> 32);
  }
  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::uint64_t state_;
};

/// The one generator of the process; use it under the device's lock. Its seed is MAYFLY_SOFTGPU_SEED, else 1.
Random& random();
void set_seed(std::uint64_t seed);
std::uint64_t seed();

}  // namespace mayfly::softgpu
