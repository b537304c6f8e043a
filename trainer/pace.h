// A device that is asked for its steps and does them later must not be asked for hours of them at once, or a
// run could not stop within seconds.
#pragma once

#include <chrono>
#include <cstdint>

#include "kernels/backend.h"

namespace mayfly {

/// Waits for the device now and then: after 4 steps first, then after twice as many as long as a wait comes
/// within half of `most_seconds` of the one before, after half as many where it takes more than
/// `most_seconds`. So no more than about that much is under way, and a pass that takes less is not waited for
/// before its end, but for the first times. (The first wait of a pass is for what was asked before it too:
/// then the next windows may be shorter than they need be.) Waiting changes no bits.
class Pace {
 public:
  Pace(Backend& backend, double most_seconds) : backend_(backend), most_seconds_(most_seconds) {}

  /// Before the first step of a pass.
  void begin();
  /// Between two steps.
  void between();

 private:
  Backend& backend_;
  double most_seconds_;
  std::uint64_t window_ = 4;  // steps from one wait to the next
  std::uint64_t steps_ = 0;   // since the last one
  std::chrono::steady_clock::time_point since_;
};

}  // namespace mayfly
