// Memory that the operations of one network use one after the other, and the tickets of their last blocks.
#pragma once

#include <algorithm>
#include <cstddef>

#include "kernels/cuda/runtime.h"

namespace mayfly::cuda {

/// Grows while plans are made, never while steps run: a recorded step holds its addresses.
class Workspace {
 public:
  explicit Workspace(cudaStream_t stream) : stream_(stream) {}

  void reserve_floats(std::size_t floats) { grow(floats_, floats * sizeof(float)); }
  /// Tickets are 0 whenever no kernel runs.
  void reserve_tickets(std::size_t tickets) { grow(tickets_, tickets * sizeof(unsigned)); }

  float* floats() const { return floats_.floats(); }
  unsigned* tickets() const { return static_cast<unsigned*>(tickets_.data()); }

 private:
  void grow(Buffer& buffer, std::size_t bytes) {
    if (bytes <= buffer.bytes()) return;
    buffer = {};  // frees before it asks for more
    buffer = allocate(bytes, stream_);
  }

  cudaStream_t stream_;
  Buffer floats_, tickets_;
};

}  // namespace mayfly::cuda
