#include "kernels/cpu/gather.h"

#include <stdexcept>

namespace mayfly::cpu {

CpuGather::CpuGather(const GatherShape& shape, std::span<const float> pixel_table, Team& team,
                     const StepCounters& counters)
    : shape_(shape), table_(pixel_table.begin(), pixel_table.end()), team_(team), counters_(counters) {
  if (table_.size() != static_cast<std::size_t>(shape.image.channels) * 256)
    throw std::logic_error("gather: the pixel table must hold 256 values per channel");
}

std::size_t CpuGather::image_floats() const {
  const auto border = static_cast<std::size_t>(2 * shape_.padding);
  return (shape_.image.height + border) * (shape_.image.width + border) *
         static_cast<std::size_t>(shape_.batch) * static_cast<std::size_t>(shape_.image.channels);
}

void CpuGather::gather_image(const std::uint8_t* pixels, int slot, float* x) const {
  const ImageShape& image = shape_.image;
  const std::ptrdiff_t row_floats = std::ptrdiff_t{image.width + 2 * shape_.padding} * image.channels;
  for (int channel = 0; channel < image.channels; ++channel) {
    const float* table = table_.data() + std::ptrdiff_t{channel} * 256;
    for (int h = 0; h < image.height; ++h) {
      const std::uint8_t* from = pixels + (std::ptrdiff_t{channel} * image.height + h) * image.width;
      float* to = x + (std::ptrdiff_t{h + shape_.padding} * shape_.batch + slot) * row_floats +
                  std::ptrdiff_t{shape_.padding} * image.channels + channel;
      for (int w = 0; w < image.width; ++w) to[std::ptrdiff_t{w} * image.channels] = table[from[w]];
    }
  }
}

void CpuGather::run(const DeviceDataset& dataset, const std::uint32_t* order, float* x,
                    std::uint32_t* labels) {
  const auto& images = static_cast<const CpuDataset&>(dataset);
  const ImageShape& image = shape_.image;
  const std::size_t image_bytes = static_cast<std::size_t>(image.channels) * image.height * image.width;
  const std::size_t first = std::size_t{counters_.step} * static_cast<std::size_t>(shape_.batch);
  team_.for_each(shape_.batch, [&](int slot, int) {
    const std::size_t at = first + static_cast<std::size_t>(slot);
    const std::size_t index = order == nullptr ? at : order[at];
    labels[slot] = images.labels[index];
    gather_image(images.pixels.data() + index * image_bytes, slot, x);
  });
}

}  // namespace mayfly::cpu
