// Kernels count elements in 32 bits; the host makes sure that they can. (Messages are made here: nvcc does
// not compile fmt.)
#pragma once

#include <cstdint>

namespace mayfly::cuda {

/// DeviceError where `what` has 2^31 elements or more.
void check_index(std::int64_t elements, const char* what);

/// UsageError where a pooled map has more than 256 rows or columns: a winner is named in 16 bits, and a block
/// keeps a column of the map in shared memory.
void check_pooled_map(int height, int width);

}  // namespace mayfly::cuda
