#include "bench/operation.h"

#include <fmt/format.h>

#include "tests/reference/exact.h"

namespace mayfly::bench {

Floats Noise::floats(std::int64_t count) {
  Floats values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(generator_() >> 7) * 0x1p-24F - 0.5F;
  return values;
}

Buffer on_device(Backend& backend, const Floats& values) {
  Buffer buffer = backend.allocate(values.size() * sizeof(float));
  backend.upload(values.data(), buffer.data(), values.size() * sizeof(float));
  return buffer;
}

Floats read(Backend& backend, const Buffer& buffer) {
  Floats values(buffer.bytes() / sizeof(float));
  backend.download(buffer.data(), values.data(), values.size() * sizeof(float));
  return values;
}

std::string difference_of(const Floats& expected, const Floats& found) {
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (exact::canonical_bits(expected[i]) != exact::canonical_bits(found[i]))
      return fmt::format("element {}: expected {}, found {}", i, expected[i], found[i]);
  return "";
}

}  // namespace mayfly::bench
