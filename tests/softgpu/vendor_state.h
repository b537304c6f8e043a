// What the software cuDNN and cuBLAS share.
#pragma once

#include <mutex>

#include "vendor_soft.h"

namespace mayfly::softgpu {

/// Held by every call of either library.
std::mutex& vendor_lock();
/// Guarded by it; `descriptors` is filled in by vendor_counts().
VendorCounts& vendor_state();
bool& only_refused_engines();

}  // namespace mayfly::softgpu
