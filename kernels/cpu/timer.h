// The clock of the processor, which has done what it was asked for when a call returns.
#pragma once

#include <chrono>

#include "kernels/backend.h"

namespace mayfly::cpu {

class CpuTimer final : public DeviceTimer {
 public:
  void start() override { start_ = Clock::now(); }
  void stop() override { stop_ = Clock::now(); }
  double seconds() const override { return std::chrono::duration<double>(stop_ - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_, stop_;
};

}  // namespace mayfly::cpu
