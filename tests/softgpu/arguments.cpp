// Arguments of kernels: do they point to memory of the device?
#include <sys/mman.h>

#include <cstring>

#include "blocks.h"
#include "fail.h"
#include "memory.h"
#include "symbols.h"

namespace mayfly::softgpu {
namespace {

/// Whether the host has something at this address. Small numbers, and two floats or ints next to each other,
/// hardly ever look like one.
bool of_the_host(std::uintptr_t word) {
  constexpr std::uintptr_t kPage = 4096;
  if (word < (std::uintptr_t{1} << 32) || word >= (std::uintptr_t{1} << 47)) return false;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  if (word >= 0x7fff8000u && word < 0x10007fff8000u) return false;  // the sanitizer's own notes
#endif
  return msync(reinterpret_cast<void*>(word / kPage * kPage), kPage, MS_ASYNC) == 0;
}

}  // namespace

void check_pointer_argument(int index, const void* pointer, int device, const void* kernel) {
  if (pointer == nullptr) return;
  const DeviceMemory& memory = DeviceMemory::instance();
  const Allocation* in = memory.find(pointer);
  if (in == nullptr)
    fail("argument {} of kernel {} is {}, {}", index, symbol_name(kernel), pointer,
         memory.contains(pointer) ? memory.place_of(pointer) : "which is memory of the host");
  if (in->device != device)
    fail("argument {} of kernel {} on device {} is {}, {}", index, symbol_name(kernel), device, pointer,
         memory.place_of(pointer));
}

void check_structure_argument(int index, const void* structure, std::size_t bytes, int device,
                              const void* kernel) {
  const DeviceMemory& memory = DeviceMemory::instance();
  for (std::size_t at = 0; at + sizeof(void*) <= bytes; at += sizeof(void*)) {
    std::uintptr_t word;
    std::memcpy(&word, static_cast<const char*>(structure) + at, sizeof(word));
    const void* pointer = reinterpret_cast<const void*>(word);
    if (memory.contains(pointer) ? memory.place_of(pointer) == "memory that was freed"
                                 : !memory.reserved(pointer) && of_the_host(word))
      fail("byte {} of argument {} of kernel {} is {}, {}", at, index, symbol_name(kernel), pointer,
           memory.contains(pointer) ? "memory that was freed" : "which is memory of the host");
    if (const Allocation* in = memory.find(pointer); in != nullptr && in->device != device)
      fail("byte {} of argument {} of kernel {} on device {} is {}, {}", at, index, symbol_name(kernel),
           device, pointer, memory.place_of(pointer));
  }
}

}  // namespace mayfly::softgpu
