// The same network, trained by PyTorch (libtorch): what Mayfly's speed is compared with.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/network_spec.h"
#include "core/shape.h"

namespace mayfly::bench {

/// On one thread, in FP32. Images as a user of PyTorch would have them: bytes in memory, batches gathered by
/// index and normalised to -1..1.
class TorchPeer {
 public:
  /// `channels_last`: PyTorch's other order of a map in memory, faster for some networks.
  TorchPeer(const NetworkSpec& spec, ImageShape image, std::span<const std::uint8_t> pixels,
            std::span<const std::uint8_t> labels, bool channels_last);
  ~TorchPeer();
  TorchPeer(const TorchPeer&) = delete;
  TorchPeer& operator=(const TorchPeer&) = delete;

  /// Per layer weights (O,I,kh,kw), then biases: Network::export_parameters().
  void import_parameters(std::span<const float> logical);

  /// Gather, forward, loss, backward, SGD. Returns the batch's mean loss.
  double train_step(std::span<const std::uint32_t> batch);

  /// "1.13.1".
  static std::string version();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mayfly::bench
