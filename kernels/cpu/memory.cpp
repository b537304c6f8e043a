#include "kernels/cpu/memory.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cstdlib>
#include <cstring>

#include "core/error.h"

namespace mayfly::cpu {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kCacheLine = 64;

void release(void* memory, std::size_t /*bytes*/) {
  std::free(memory);
}

}  // namespace

Buffer allocate_zeroed(std::size_t bytes) {
  const bool huge = bytes >= 2 * kHugePage;
  const std::size_t alignment = huge ? kHugePage : kCacheLine;
  const std::size_t total = (bytes + kSlackBytes + alignment - 1) / alignment * alignment;
  void* memory = std::aligned_alloc(alignment, total);
  if (memory == nullptr) throw DeviceError(fmt::format("cpu: {} bytes of memory are not to be had", total));
  if (huge) madvise(memory, total, MADV_HUGEPAGE);  // a wish: refusal costs speed only
  std::memset(memory, 0, total);
  return {memory, bytes, release};
}

}  // namespace mayfly::cpu
