// Two programs in turns, and what their ratios come to.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace mayfly::bench {

/// Seconds of a call: Mayfly's, the peer's.
using Pair = std::array<double, 2>;

inline double seconds_of(int calls, const std::function<void()>& call) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < calls; ++i) call();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / calls;
}

/// Calls that take about `least_seconds`, 1 to 1000.
inline int calls_for(double seconds_of_one, double least_seconds) {
  return std::clamp(static_cast<int>(std::ceil(least_seconds / seconds_of_one)), 1, 1000);
}

struct Contender {
  std::function<void()> call;
  int calls;  ///< that are timed at once
};

/// `pairs` pairs; who comes first alternates.
inline std::vector<Pair> timed_in_turns(const Contender& ours, const Contender& theirs, int pairs) {
  std::vector<Pair> timed;
  for (int pair = 0; pair < pairs; ++pair) {
    Pair seconds{};
    for (const int who : {pair % 2, 1 - pair % 2}) {
      const Contender& contender = who == 0 ? ours : theirs;
      seconds[static_cast<std::size_t>(who)] = seconds_of(contender.calls, contender.call);
    }
    timed.push_back(seconds);
  }
  return timed;
}

/// The median of what `of` says of each pair; there must be some.
inline double median(const std::vector<Pair>& pairs, const std::function<double(const Pair&)>& of) {
  std::vector<double> values;
  for (const Pair& pair : pairs) values.push_back(of(pair));
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}
/// The peer's seconds by Mayfly's.
inline double median_ratio(const std::vector<Pair>& pairs) {
  return median(pairs, [](const Pair& pair) { return pair[1] / pair[0]; });
}
/// Mayfly's (0) or the peer's (1).
inline double median_seconds(const std::vector<Pair>& pairs, std::size_t who) {
  return median(pairs, [who](const Pair& pair) { return pair[who]; });
}

/// Of some ratios.
inline double geometric_mean(const std::vector<double>& ratios) {
  double logs = 0;
  for (const double ratio : ratios) logs += std::log(ratio);
  return std::exp(logs / static_cast<double>(ratios.size()));
}

/// "WHAT: geomean R min R median R"; nothing of no ratios.
inline void print_summary(std::vector<double> ratios, const std::string& what) {
  if (ratios.empty()) return;
  std::sort(ratios.begin(), ratios.end());
  fmt::print("{}: geomean {:.2f} min {:.2f} median {:.2f}\n", what, geometric_mean(ratios), ratios.front(),
             ratios[ratios.size() / 2]);
}

}  // namespace mayfly::bench
