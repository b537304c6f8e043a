// The door to the vendor's convolutions and Linears, `arithmetic = "fast"`: cuDNN through its graph API and
// cuBLAS. Both libraries are opened when this is first asked for, so a program that computes exactly starts
// without them. No vendor header here: absent.cpp stands for it all where the build found none.
//
// Same bits only on the same kind of GPU with the same libraries (vendor_numerics). Only plans in FP32 and
// deterministic, chosen without timing (plan_choice.h).
#pragma once

#include <memory>
#include <string>

#include "kernels/backend.h"
#include "kernels/cuda/context.h"

namespace mayfly::cuda {

/// What the vendor's operations of one network share: handles on its stream and one workspace.
class VendorEngine {
 public:
  virtual ~VendorEngine() = default;
  /// Convolution, or Linear where the kernel is the map. Maps as `context` says, channels padded to four
  /// (what is written holds +0 there); the image (batch, height, width, channels), not padded. The engine
  /// outlives the plan. DeviceError where cuDNN offers no plan that the rules allow.
  virtual std::unique_ptr<Conv2d> make_conv2d(const Conv2dShape& shape) = 0;
};

/// On the current device. `context` outlives the engine; it is image_major. DeviceError, saying what is
/// missing and what to do, where a library cannot be opened or does not start.
std::unique_ptr<VendorEngine> make_vendor_engine(const Context& context);

/// What decides the bits of the fast arithmetic: "Tesla V100-SXM2-16GB; cuDNN 9.10.2; cuBLAS 12.9.1".
/// DeviceError as above.
std::string vendor_numerics(const std::string& device_name);

}  // namespace mayfly::cuda
