#include "trainer/pace.h"

#include <algorithm>

namespace mayfly {

void Pace::begin() {
  steps_ = 0;
  since_ = std::chrono::steady_clock::now();
}

void Pace::between() {
  if (++steps_ < window_) return;
  backend_.synchronise();
  const auto now = std::chrono::steady_clock::now();
  const double seconds = std::chrono::duration<double>(now - since_).count();
  constexpr std::uint64_t kMost = 1U << 20;
  if (seconds < most_seconds_ / 2) window_ = std::min(2 * window_, kMost);
  if (seconds > most_seconds_) window_ = std::max<std::uint64_t>(window_ / 2, 1);
  steps_ = 0;
  since_ = now;
}

}  // namespace mayfly
