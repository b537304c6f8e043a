#include "random.h"

#include <cstdlib>

namespace mayfly::softgpu {
namespace {

std::uint64_t first_seed() {
  const char* text = std::getenv("MAYFLY_SOFTGPU_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
}

std::uint64_t& current_seed() {
  static std::uint64_t value = first_seed();
  return value;
}

}  // namespace

Random& random() {
  static Random generator(current_seed());
  return generator;
}

void set_seed(std::uint64_t seed) {
  current_seed() = seed;
  random() = Random(seed);
}

std::uint64_t seed() {
  return current_seed();
}

}  // namespace mayfly::softgpu
