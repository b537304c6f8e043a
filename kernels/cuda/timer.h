// Two events on a network's stream.
#pragma once

#include "kernels/backend.h"
#include "kernels/cuda/runtime.h"

namespace mayfly::cuda {

class CudaTimer final : public DeviceTimer {
 public:
  /// `stream` outlives it.
  explicit CudaTimer(cudaStream_t stream) : stream_(stream) {}
  void start() override { start_.record(stream_); }
  void stop() override { stop_.record(stream_); }
  double seconds() const override { return stop_.seconds_since(start_); }

 private:
  cudaStream_t stream_;
  Event start_, stop_;
};

}  // namespace mayfly::cuda
