// A data set in device memory, shared by all networks that learn from it.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "kernels/backend.h"

namespace mayfly::cuda {

class CudaDataset final : public DeviceDataset {
 public:
  /// `pixels`: `count` images (channels, height, width) of uint8; `labels`: `count` bytes. Both on the
  /// device.
  CudaDataset(std::shared_ptr<const Buffer> pixels, std::shared_ptr<const Buffer> labels, std::int64_t count,
              ImageShape image)
      : pixels_(std::move(pixels)), labels_(std::move(labels)), count_(count), image_(image) {}

  const std::uint8_t* pixels() const { return static_cast<const std::uint8_t*>(pixels_->data()); }
  const std::uint8_t* labels() const { return static_cast<const std::uint8_t*>(labels_->data()); }
  std::int64_t count() const { return count_; }
  ImageShape image() const { return image_; }

 private:
  std::shared_ptr<const Buffer> pixels_;
  std::shared_ptr<const Buffer> labels_;
  std::int64_t count_;
  ImageShape image_;
};

}  // namespace mayfly::cuda
