// What a NetworkSpec becomes on images of a given shape: the shape of every layer, which part of each map is
// kept, and the counts that plans and estimates need. Pure arithmetic: no memory, no device.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/network_spec.h"
#include "core/shape.h"

namespace mayfly {

/// Output positions of the whole map, from which mask indices are counted.
struct MapSize {
  int height = 0;
  int width = 0;
  bool operator==(const MapSize&) const = default;
};

/// One convolution block or Linear layer: products, then ReLU, dropout, pooling.
struct LayerShape {
  Conv2dShape conv;
  MapSize full_output;  ///< of the convolution, before anything is left out
  bool relu = false;
  double dropout_rate = 0;  ///< 0: no dropout
  bool linear = false;      ///< a Linear layer (its dropout is always by element)
  std::optional<Pool2dShape> pool = std::nullopt;
};

struct NetworkShapes {
  std::vector<LayerShape> layers;  ///< convolution blocks, then hidden Linears, then the last Linear

  std::int64_t parameter_count() const;  ///< weights and biases
  std::int64_t nominal_macs_per_image()
      const;  ///< multiply-adds of a forward pass as PyTorch would count them
  std::int64_t useful_macs_per_image() const;  ///< those whose input lies in the map and whose output is read
};

/// Valid multiply-adds per image and direction of one layer: sum over kept output positions of the taps that
/// see the map.
std::int64_t useful_macs(const Conv2dShape& shape);

/// Shapes of `spec` on `image`. Errors (UsageError, naming layer and numbers): a kernel larger than its
/// padded map, pool padding above kernel_size/2, dropout rate outside [0, 1), or any count that is not
/// positive.
///
/// Kept maps (kernels/arithmetic.md section 1), from the last map backwards and per axis: a layer that keeps
/// `o` outputs keeps the input rows [0, min(H, max(1, (o-1)*stride - padding + kernel_size))); the image
/// stays whole.
NetworkShapes network_shapes(const NetworkSpec& spec, ImageShape image);

}  // namespace mayfly
