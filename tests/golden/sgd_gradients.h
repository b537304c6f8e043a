// What the SGD trajectories are fed: thirteen parameters and gradients that binary32 holds exactly.
#pragma once

#include <vector>

namespace mayfly::golden {

inline constexpr int kSgdCount = 13;

/// w_i = (i - 6)/8, i from 0.
inline std::vector<float> sgd_start() {
  std::vector<float> w;
  for (int i = 0; i < kSgdCount; ++i) w.push_back(static_cast<float>(i - 6) / 8.0F);
  return w;
}

/// g_i of `step` (from 1) = ((31*step + 17*i) mod 64 - 32)/64.
inline std::vector<float> sgd_gradient(int step) {
  std::vector<float> g;
  for (int i = 0; i < kSgdCount; ++i) g.push_back(static_cast<float>((31 * step + 17 * i) % 64 - 32) / 64.0F);
  return g;
}

}  // namespace mayfly::golden
