#include "trainer/device_memory.h"

#include <fmt/format.h>

#include <algorithm>

#include "generator/estimate.h"

namespace mayfly {
namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20;
constexpr std::uint64_t kPerNetwork = 32 * kMebibyte;  // graph, plans, what small allocations leave unused
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

std::uint64_t chunk_sum_bytes(const Conv2dShape& s) {
  constexpr std::int64_t kLeastTerms = 257;  // of a chunk, but for the last one of each output
  constexpr std::int64_t kMost = 256 * kMebibyte;
  const std::int64_t terms = s.weight_count() * s.out_positions() * s.batch;
  const std::int64_t outputs = std::max({s.input_count(), s.output_count(), s.weight_count()});
  const std::int64_t floats = terms / kLeastTerms + outputs;
  return static_cast<std::uint64_t>(std::min<std::int64_t>(kMost, floats * std::int64_t{sizeof(float)}));
}

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
    return bytes + kVendorWorkspaces + sizeof(float) * static_cast<std::uint64_t>(plane_floats(padded));
  std::uint64_t sums = 0;  // layers use the same memory, one after the other
  for (const LayerShape& layer : padded.layers) sums = std::max(sums, chunk_sum_bytes(layer.conv));
  return bytes + sums;
}

std::string memory_text(std::uint64_t bytes) {
  const double mebibytes = static_cast<double>(bytes) / static_cast<double>(kMebibyte);
  return mebibytes < 1024 ? fmt::format("{:.1f} MiB", mebibytes)
                          : fmt::format("{:.1f} GiB", mebibytes / 1024);
}

}  // namespace mayfly
