// Gathers a batch of uint8 images into the layout of the first convolution, normalised by a table.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/backend.h"
#include "kernels/cpu/team.h"

namespace mayfly::cpu {

/// The data set where it already lies: host memory.
class CpuDataset final : public DeviceDataset {
 public:
  CpuDataset(std::span<const std::uint8_t> pixel_data, std::span<const std::uint8_t> label_data)
      : pixels(pixel_data), labels(label_data) {}
  std::span<const std::uint8_t> pixels;  // (count, channels, height, width)
  std::span<const std::uint8_t> labels;
};

class CpuGather final : public Gather {
 public:
  /// `counters` is the backend's: its step selects the batch.
  CpuGather(const GatherShape& shape, std::span<const float> pixel_table, Team& team,
            const StepCounters& counters);

  std::size_t image_floats() const override;
  void run(const DeviceDataset& dataset, const std::uint32_t* order, float* x,
           std::uint32_t* labels) override;

 private:
  void gather_image(const std::uint8_t* pixels, int slot, float* x) const;

  const GatherShape shape_;
  const std::vector<float> table_;  // (channels, 256)
  Team& team_;
  const StepCounters& counters_;
};

}  // namespace mayfly::cpu
