// Whether vectors lie where hardware can load them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mayfly::softgpu {

[[noreturn]] void refuse_misaligned(const void* address);

inline void check_alignment(const void* address, std::size_t alignment) {
  asm volatile("" : "+r"(address));  // the compiler believes the type, and would drop the question
  if (reinterpret_cast<std::uintptr_t>(address) % alignment != 0) refuse_misaligned(address);
}

}  // namespace mayfly::softgpu
