// How fast one core moves memory.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <vector>

namespace mayfly::bench {

/// Bytes per second that one core reads and writes while it copies half of so much memory to the other half.
inline double copy_rate(std::size_t bytes) {
  using Clock = std::chrono::steady_clock;
  const std::size_t half = std::max<std::size_t>(bytes / 2, 1024);
  std::vector<char> memory(2 * half);
  double best = 0;
  for (int run = 0; run < 5; ++run) {
    const std::size_t copies = std::max<std::size_t>(1, (std::size_t{1} << 28) / half);
    const auto begin = Clock::now();
    for (std::size_t copy = 0; copy < copies; ++copy) {
      std::memcpy(memory.data() + (copy % 2) * half, memory.data() + (1 - copy % 2) * half, half);
      memory[copy % half] = static_cast<char>(copy);
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    best = std::max(best, 2.0 * static_cast<double>(copies * half) / seconds);
  }
  return best;
}

}  // namespace mayfly::bench
