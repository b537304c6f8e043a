#include "trainer/device_memory.h"

#include <algorithm>

#include "generator/estimate.h"

namespace mayfly {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t kPerNetwork = 64 * kMebibyte;
constexpr std::uint64_t kVendorWorkspaces = 288 * kMebibyte;  // convolutions at most 256, Linear layers 32

void round_up_to_four(int& channels) {
  channels = (channels + 3) / 4 * 4;
}

/// Floats of the largest convolution's input and whole output, which cuDNN wants in an order of its own.
std::int64_t plane_floats(const NetworkShapes& shapes) {
  std::int64_t floats = 0;
  for (const LayerShape& layer : shapes.layers)
    if (!layer.linear)
      floats = std::max(floats,
                        layer.conv.input_count() + std::int64_t{layer.conv.batch} * layer.conv.out_channels *
                                                       layer.full_output.height * layer.full_output.width);
  return floats;
}

}  // namespace

std::uint64_t estimate_device_memory(const NetworkShapes& shapes, const SgdSpec& sgd,
                                     std::uint64_t dataset_bytes, Arithmetic arithmetic,
                                     bool element_dropout) {
  NetworkShapes padded = shapes;
  for (LayerShape& layer : padded.layers) {
    round_up_to_four(layer.conv.in_channels);
    round_up_to_four(layer.conv.out_channels);
    if (layer.pool) round_up_to_four(layer.pool->channels);
  }
  std::uint64_t bytes =
      static_cast<std::uint64_t>(training_memory(padded, sgd)) + dataset_bytes + kPerNetwork;
  if (element_dropout) bytes += static_cast<std::uint64_t>(element_mask_bytes(padded));
  if (arithmetic == Arithmetic::fast)
    bytes += kVendorWorkspaces + sizeof(float) * static_cast<std::uint64_t>(plane_floats(padded));
  return bytes;
}

}  // namespace mayfly
