// AddressSanitizer's doors, or nothing where it is not there; whether ThreadSanitizer is.
#pragma once

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MAYFLY_SOFTGPU_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define MAYFLY_SOFTGPU_TSAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define MAYFLY_SOFTGPU_TSAN 1
#endif
#if defined(__SANITIZE_ADDRESS__)
#define MAYFLY_SOFTGPU_ASAN 1
#endif

#if defined(MAYFLY_SOFTGPU_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace mayfly::softgpu {

#if defined(MAYFLY_SOFTGPU_TSAN)
inline constexpr bool kThreadSanitizer = true;
#else
inline constexpr bool kThreadSanitizer = false;
#endif

#if defined(MAYFLY_SOFTGPU_ASAN)
inline constexpr bool kAddressSanitizer = true;
inline void forbid(const void* begin, std::size_t bytes) {
  __asan_poison_memory_region(begin, bytes);
}
inline void allow(const void* begin, std::size_t bytes) {
  __asan_unpoison_memory_region(begin, bytes);
}
#else
inline constexpr bool kAddressSanitizer = false;
inline void forbid(const void* /*begin*/, std::size_t /*bytes*/) {}
inline void allow(const void* /*begin*/, std::size_t /*bytes*/) {}
#endif

}  // namespace mayfly::softgpu
