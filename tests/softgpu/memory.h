// Memory of the devices, and pinned memory of the host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace mayfly::softgpu {

struct Allocation {
  std::byte* begin = nullptr;
  std::size_t bytes = 0;
  int device = 0;
  std::uint64_t number = 0;    ///< counted from 1 over the life of the process
  std::byte* pages = nullptr;  ///< the whole pages it lies in, between guard pages
  std::size_t page_bytes = 0;
  const std::byte* end() const { return begin + bytes; }
};

std::string description(const Allocation& allocation);

/// All devices' memory: one stretch of addresses that nobody may touch except while it is open. Each
/// allocation has pages of its own between guard pages, and ends as close to the guard as 256-byte alignment
/// lets it; the rest of its pages is watched. New memory is NaN bits; freed memory is kept from reuse until
/// much more has been freed.
class DeviceMemory {
 public:
  static DeviceMemory& instance();

  /// 256-byte aligned.
  void* allocate(int device, std::size_t bytes);
  void release(const Allocation& allocation);
  /// The living allocation that `address` lies in or ends, else nullptr.
  const Allocation* find(const void* address) const;
  /// Whether `address` is or once was memory of a device.
  bool contains(const void* address) const;
  /// Whether `address` will never be anything else than memory of a device.
  bool reserved(const void* address) const;
  /// "12 bytes behind allocation 3 ..." for messages.
  std::string place_of(const void* address) const;

  /// Kernels and copies of the device may touch it until close(), which looks for writes outside the
  /// allocations.
  void open();
  void close();

  std::vector<Allocation> living(int device) const;
  std::size_t used(int device) const;

 private:
  struct Freed {
    std::byte* pages;
    std::size_t page_bytes;
  };
  DeviceMemory();
  std::byte* take_pages(std::size_t bytes);
  void poison(const Allocation& allocation);
  void check_surroundings(const Allocation& allocation) const;

  std::byte* base_ = nullptr;
  std::size_t reach_ = 0;                          ///< bytes of the stretch in use so far
  std::map<const std::byte*, Allocation> living_;  ///< by begin
  std::deque<Freed> freed_;
  std::size_t freed_bytes_ = 0;
  std::uint64_t count_ = 0;
  bool open_ = false;
};

/// Pinned memory of the host: ordinary memory, known by its range.
class PinnedMemory {
 public:
  static PinnedMemory& instance();
  void* allocate(std::size_t bytes);
  /// False where `address` is not the beginning of one.
  bool release(void* address);
  /// Whether all of the range lies in one piece of pinned memory.
  bool covers(const void* begin, std::size_t bytes) const;
  /// Whether the first byte does.
  bool contains(const void* address) const;
  std::vector<std::size_t> living() const;  ///< sizes

 private:
  std::map<const std::byte*, std::size_t> living_;
};

/// Aborts unless the range lies in one living allocation of `device` (-1: of any).
void check_range(const char* what, const void* begin, std::size_t bytes, int device);

/// Turns a fault on a device's address into a message that names the allocation; others go to the handler
/// that was there before.
void watch_faults();

}  // namespace mayfly::softgpu
