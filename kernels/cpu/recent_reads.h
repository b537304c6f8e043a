// Which operands were read so recently that they are still in the second-level cache: a guess.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mayfly::cpu {

class RecentReads {
 public:
  /// `place` is read now, in a step that reads `floats` in all; whether it was not among the last half of the
  /// cache.
  bool is_new(const float* place, std::int64_t floats) {
    Entry& entry = entries_[index_of(place)];
    const bool found = entry.place == place && read_ - entry.read < kCacheFloats / 2;
    entry = {place, read_ += floats};
    return !found;
  }

 private:
  static constexpr std::int64_t kCacheFloats = (std::int64_t{2} << 20) / sizeof(float);
  struct Entry {
    const float* place = nullptr;
    std::int64_t read = 0;
  };
  static std::size_t index_of(const float* place) {
    return (reinterpret_cast<std::uintptr_t>(place) / sizeof(float) * 0x9E3779B97F4A7C15U) >> 56;
  }

  std::array<Entry, 256> entries_{};
  std::int64_t read_ = 0;
};

}  // namespace mayfly::cpu
