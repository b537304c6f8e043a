#include "kernels/cuda/index_limit.h"

#include <fmt/format.h>

#include <limits>

#include "core/error.h"

namespace mayfly::cuda {

void check_index(std::int64_t elements, const char* what) {
  if (elements <= std::numeric_limits<std::int32_t>::max()) return;
  throw DeviceError(
      fmt::format("cuda: {} of {} elements: a kernel counts at most {}; use a smaller batch or layer", what,
                  elements, std::numeric_limits<std::int32_t>::max()));
}

void check_pooled_map(int height, int width) {
  if (height <= 256 && width <= 256) return;
  throw UsageError(fmt::format("pooling of a {}x{} map: at most 256x256 is supported", height, width));
}

}  // namespace mayfly::cuda
