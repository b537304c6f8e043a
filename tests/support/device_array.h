// Device memory of a test: starts as data or as poison, and notices writes beyond its end.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/backend.h"

namespace mayfly {

class DeviceArray {
 public:
  /// Holds `values`.
  DeviceArray(Backend& backend, const std::vector<float>& values);
  /// Poison: NaNs and huge numbers that no kernel may read.
  static DeviceArray poisoned(Backend& backend, std::size_t floats);

  float* floats() { return buffer_.floats(); }
  void* data() { return buffer_.data(); }
  /// The contents. Adds a test failure where something was written beyond the end.
  std::vector<float> read() const;

 private:
  Backend& backend_;
  std::size_t count_;
  Buffer buffer_;
};

/// uint32 on the device: labels, an order.
Buffer device_words(Backend& backend, const std::vector<std::uint32_t>& words);
inline std::uint32_t* words_of(const Buffer& buffer) {
  return static_cast<std::uint32_t*>(buffer.data());
}

/// "" where both are equal bit by bit (any NaN equals any NaN), else the first difference and how many.
std::string bit_differences(const std::vector<float>& expected, const std::vector<float>& found);

/// "" where |found - expected| <= bound everywhere, else the worst element.
std::string beyond_bounds(const std::vector<double>& expected, const std::vector<double>& bounds,
                          const std::vector<float>& found);

/// A backend on test_device(), or nullptr and the reason in `why` where this processor lacks what MAYFLY_SIMD
/// asks for.
std::unique_ptr<Backend> backend_or_reason(int threads, std::string& why);

}  // namespace mayfly
