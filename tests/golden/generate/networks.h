// The networks whose golden values are made.
#pragma once

#include <string>
#include <vector>

#include "core/network_spec.h"
#include "core/shape.h"

namespace mayfly::golden {

struct GoldenNetwork {
  std::string name;  ///< of the file steps/<name>.json
  ImageShape image;
  NetworkSpec spec;
};

/// Eight small networks; together they hold every layer type without dropout, padding beyond the kernel,
/// strides, padded and overlapping pooling, maps of 1x1, and each scalar of SGD on and off.
std::vector<GoldenNetwork> small_networks();

/// The network of the published table 2021_02_15_13_55_26_539263 (CIFAR-100).
GoldenNetwork published_network();

}  // namespace mayfly::golden
