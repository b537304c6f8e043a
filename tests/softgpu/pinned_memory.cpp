#include <cstdlib>
#include <cstring>

#include "memory.h"

namespace mayfly::softgpu {

PinnedMemory& PinnedMemory::instance() {
  static PinnedMemory& memory = *new PinnedMemory;  // never destroyed: other statics may own device memory
  return memory;
}

void* PinnedMemory::allocate(std::size_t bytes) {
  void* memory = std::malloc(bytes);
  if (memory == nullptr) return nullptr;
  std::memset(memory, 0xff, bytes);
  living_.emplace(static_cast<std::byte*>(memory), bytes);
  return memory;
}

bool PinnedMemory::release(void* address) {
  if (living_.erase(static_cast<std::byte*>(address)) == 0) return false;
  std::free(address);
  return true;
}

bool PinnedMemory::contains(const void* address) const {
  return covers(address, 1);
}

bool PinnedMemory::covers(const void* begin, std::size_t bytes) const {
  const auto* byte = static_cast<const std::byte*>(begin);
  const auto after = living_.upper_bound(byte);
  if (after == living_.begin()) return false;
  const auto& [start, size] = *std::prev(after);
  return byte - start <= static_cast<std::ptrdiff_t>(size) &&
         bytes <= size - static_cast<std::size_t>(byte - start);
}

std::vector<std::size_t> PinnedMemory::living() const {
  std::vector<std::size_t> sizes;
  for (const auto& [begin, bytes] : living_) sizes.push_back(bytes);
  return sizes;
}

}  // namespace mayfly::softgpu
