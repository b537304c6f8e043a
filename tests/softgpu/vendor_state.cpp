#include "vendor_state.h"

#include "cudnn_descriptor.h"

namespace mayfly::softgpu {

std::mutex& vendor_lock() {
  static std::mutex lock;
  return lock;
}

VendorCounts& vendor_state() {
  static VendorCounts state;
  return state;
}

VendorCounts vendor_counts() {
  const std::lock_guard lock(vendor_lock());
  VendorCounts counts = vendor_state();
  counts.descriptors = descriptor_count();
  return counts;
}

bool& only_refused_engines() {
  static bool only_refused = false;
  return only_refused;
}

void offer_only_refused_engines(bool only_refused) {
  const std::lock_guard lock(vendor_lock());
  only_refused_engines() = only_refused;
}

}  // namespace mayfly::softgpu
