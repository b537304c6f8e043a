// Host memory for the CPU backend: zeroed, aligned to cache lines, large blocks on huge pages, with slack
// behind the end so that whole vectors may be read and masks written past it.
#pragma once

#include <cstddef>

#include "kernels/backend.h"

namespace mayfly::cpu {

inline constexpr std::size_t kSlackBytes = 256;  ///< four vectors of 16 floats

/// Throws DeviceError where the memory is not to be had.
Buffer allocate_zeroed(std::size_t bytes);

}  // namespace mayfly::cpu
