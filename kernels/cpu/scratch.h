// Memory that operations use while they run and nobody keeps: grown when plans are made, never afterwards.
#pragma once

#include <cstddef>

#include "kernels/backend.h"
#include "kernels/cpu/memory.h"

namespace mayfly::cpu {

class Scratch {
 public:
  /// Called by a plan's constructor for the most it will need at once.
  void reserve_floats(std::size_t floats) {
    if (floats * sizeof(float) > buffer_.bytes()) buffer_ = allocate_zeroed(floats * sizeof(float));
  }
  float* floats() const { return buffer_.floats(); }

 private:
  Buffer buffer_;
};

}  // namespace mayfly::cpu
