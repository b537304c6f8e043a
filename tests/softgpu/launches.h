// How many kernels an operation starts.
#pragma once

#include <cstdint>

#include "tests/softgpu/softgpu.h"

namespace mayfly::softgpu {

template <class Body>
std::uint64_t launches_of(const Body& body) {
  const std::uint64_t before = counts().launches;
  body();
  return counts().launches - before;
}

}  // namespace mayfly::softgpu
