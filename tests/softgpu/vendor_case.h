// One layer of the vendor engine with its data, run on the software device.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "kernels/cuda/context.h"
#include "kernels/cuda/runtime.h"
#include "kernels/cuda/vendor/vendor.h"
#include "tests/support/random_cases.h"

namespace mayfly::cuda {

using Floats = std::vector<float>;

/// All in logical order.
struct VendorCase {
  Conv2dShape shape;
  Floats x, w, bias, dy;
};
VendorCase random_case(CaseRandom& random, const Conv2dShape& shape);

/// A map of (images, channels, positions) as (image, position, padded channel), and back.
struct MapShape {
  int batch = 0, channels = 0, positions = 0;
  bool padded = true;  ///< false: the image
};
MapShape input_map(const Conv2dShape& shape);
MapShape output_map(const Conv2dShape& shape);
/// Padding is +0.
Floats to_device_order(const MapShape& map, const Floats& logical);
/// Adds a test failure where the padding is not +0.
Floats to_logical_order(const MapShape& map, const Floats& device);

/// A network's stream and engine.
class VendorLayers {
 public:
  VendorLayers();
  VendorEngine& engine() { return *engine_; }
  cudaStream_t stream() const { return stream_; }

  // Each direction of one case, by a plan of its own; `recorded`: captured, then run twice.
  Floats forward(const VendorCase& c, const Activation& activation = {}, bool recorded = false);
  Floats data_gradient(const VendorCase& c, bool recorded = false);
  Floats weight_gradient(const VendorCase& c, bool recorded = false);
  Buffer copy(const Floats& values) const;
  /// Of NaNs.
  Buffer poisoned(std::size_t floats) const;
  Floats read(const Buffer& buffer) const;

 private:
  void run(const std::function<void()>& body, bool recorded) const;

  Stream stream_;
  Context context_;
  std::unique_ptr<VendorEngine> engine_;
};

}  // namespace mayfly::cuda
