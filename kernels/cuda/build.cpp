#include "kernels/cuda/build.h"

#include <fmt/format.h>

#include "kernels/backend.h"

namespace mayfly {

std::string cuda_build() {
  namespace build = cuda::build;
  if (*build::kToolkit == '\0') return "no CUDA";
  const std::string fast = *build::kVendorMissing == '\0'
                               ? fmt::format("headers of cuDNN {}", build::kCudnnHeaders)
                               : fmt::format("without arithmetic fast: no {}", build::kVendorMissing);
  return fmt::format("CUDA {} for {}, {}", build::kToolkit, build::kArchitectures, fast);
}

}  // namespace mayfly
