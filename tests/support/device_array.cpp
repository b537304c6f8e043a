#include "tests/support/device_array.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "tests/reference/exact.h"
#include "tests/support/test_device.h"

namespace mayfly {
namespace {

constexpr std::size_t kGuardFloats = 64;  // a whole vector or two beyond the end
constexpr std::uint32_t kGuardBits = 0x7FA5A5A5;

std::vector<float> with_guard(std::vector<float> values) {
  values.resize(values.size() + kGuardFloats, std::bit_cast<float>(kGuardBits));
  return values;
}

}  // namespace

DeviceArray::DeviceArray(Backend& backend, const std::vector<float>& values)
    : backend_(backend), count_(values.size()) {
  const std::vector<float> guarded = with_guard(values);
  buffer_ = backend.allocate(guarded.size() * sizeof(float));
  backend.upload(guarded.data(), buffer_.data(), guarded.size() * sizeof(float));
}

DeviceArray DeviceArray::poisoned(Backend& backend, std::size_t floats) {
  std::vector<float> poison(floats);
  for (std::size_t i = 0; i < floats; ++i)
    poison[i] = i % 3 == 0 ? -3.0e38F : std::numeric_limits<float>::quiet_NaN();
  return DeviceArray(backend, poison);
}

std::vector<float> DeviceArray::read() const {
  std::vector<float> values(count_ + kGuardFloats);
  backend_.download(buffer_.data(), values.data(), values.size() * sizeof(float));
  for (std::size_t i = count_; i < values.size(); ++i)
    if (std::bit_cast<std::uint32_t>(values[i]) != kGuardBits) {
      ADD_FAILURE() << "written beyond the end of " << count_ << " floats, at " << i;
      break;
    }
  values.resize(count_);
  return values;
}

Buffer device_words(Backend& backend, const std::vector<std::uint32_t>& words) {
  Buffer buffer = backend.allocate(words.size() * sizeof(std::uint32_t));
  if (!words.empty()) backend.upload(words.data(), buffer.data(), words.size() * sizeof(std::uint32_t));
  return buffer;
}

std::string bit_differences(const std::vector<float>& expected, const std::vector<float>& found) {
  if (expected.size() != found.size())
    return fmt::format("expected {} values, found {}", expected.size(), found.size());
  std::size_t count = 0, first = 0;
  for (std::size_t i = expected.size(); i-- > 0;)
    if (exact::canonical_bits(expected[i]) != exact::canonical_bits(found[i])) {
      ++count;
      first = i;
    }
  if (count == 0) return "";
  return fmt::format("{} of {} values differ, the first at {}: expected {:a}, found {:a}", count,
                     expected.size(), first, expected[first], found[first]);
}

std::string beyond_bounds(const std::vector<double>& expected, const std::vector<double>& bounds,
                          const std::vector<float>& found) {
  if (expected.size() != found.size() || bounds.size() != found.size())
    return fmt::format("expected {} values, found {}", expected.size(), found.size());
  double worst = 1;
  std::string text;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double error = std::abs(static_cast<double>(found[i]) - expected[i]);
    if (error <= bounds[i] * worst) continue;
    worst = error / bounds[i];
    text = fmt::format("at {}: expected {:.9g} within {:.3g}, found {:.9g}", i, expected[i], bounds[i],
                       found[i]);
  }
  return text;
}

std::unique_ptr<Backend> backend_or_reason(int threads, std::string& why) {
  try {
    return make_test_backend(threads);
  } catch (const DeviceError& error) {
    why = error.what();
    return nullptr;
  }
}

}  // namespace mayfly
