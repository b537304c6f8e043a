// A build that found no headers of cuDNN or cuBLAS.
#include <fmt/format.h>

#include "core/error.h"
#include "kernels/cuda/build.h"
#include "kernels/cuda/vendor/vendor.h"

namespace mayfly::cuda {
namespace {

[[noreturn]] void refuse() {
  throw DeviceError(
      fmt::format("arithmetic fast: this build was made without it (no {}); use arithmetic exact, or build "
                  "where they are "
                  "found (docs/cuda.md)",
                  build::kVendorMissing));
}

}  // namespace

std::unique_ptr<VendorEngine> make_vendor_engine(const Context& /*context*/) {
  refuse();
}

std::string vendor_numerics(const std::string& /*device_name*/) {
  refuse();
}

}  // namespace mayfly::cuda
