#include "trainer/device_memory.h"

#include "generator/estimate.h"

namespace mayfly {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t kPerNetwork = 64 * kMebibyte;
constexpr std::uint64_t kVendorWorkspaces = 288 * kMebibyte;  // convolutions at most 256, Linear layers 32

void round_up_to_four(int& channels) {
  channels = (channels + 3) / 4 * 4;
}

}  // namespace

std::uint64_t estimate_device_memory(const NetworkShapes& shapes, std::uint64_t dataset_bytes,
                                     Arithmetic arithmetic) {
  NetworkShapes padded = shapes;
  for (LayerShape& layer : padded.layers) {
    round_up_to_four(layer.conv.in_channels);
    round_up_to_four(layer.conv.out_channels);
    if (layer.pool) round_up_to_four(layer.pool->channels);
  }
  return static_cast<std::uint64_t>(estimate_memory(padded)) + dataset_bytes + kPerNetwork +
         (arithmetic == Arithmetic::fast ? kVendorWorkspaces : 0);
}

}  // namespace mayfly
