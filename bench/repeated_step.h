// A network that trains on a few images of noise, again and again.
#pragma once

#include <memory>

#include "bench/random_images.h"
#include "kernels/backend.h"
#include "nn/network.h"
#include "trainer/self_test/named_networks.h"

namespace mayfly::bench {

/// As many as so many batches take.
RandomImages images_for(const NamedNetwork& named, int batches);

class RepeatedStep {
 public:
  /// Initialises the network. `images` and `backend` must outlive it.
  RepeatedStep(const NamedNetwork& named, const RandomImages& images, Backend& backend);
  void run();
  Network& network() { return network_; }
  double flops() const;  ///< useful ones

 private:
  Backend& backend_;
  std::unique_ptr<DeviceDataset> dataset_;
  Network network_;
};

}  // namespace mayfly::bench
