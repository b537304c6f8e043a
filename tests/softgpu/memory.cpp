#include "memory.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "fail.h"
#include "sanitizer.h"
#include "softgpu/alignment.h"

namespace mayfly::softgpu {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kAlignment = 256;
// Addresses, not memory. Of those that ThreadSanitizer leaves to programs, 256 GiB are there wherever the
// kernel begins.
constexpr std::size_t kReach = std::size_t{1} << (kThreadSanitizer ? 38 : 40);
constexpr std::size_t kKeptFreed = std::size_t{64} << 20;  // freed bytes that are not used again
constexpr int kPoison = 0xff;                              // a float of these is NaN

// Two neighbouring ints must not look like an address of the device; this one has an odd upper half.
void* const kWish = reinterpret_cast<void*>(0x2b5d00000000);

std::size_t rounded_up(std::size_t value, std::size_t unit) {
  return (value + unit - 1) / unit * unit;
}

void protect(void* pages, std::size_t bytes, int protection) {
  if (mprotect(pages, bytes, protection) != 0) fail("cannot protect {} bytes of device memory", bytes);
}

bool poisoned(const std::byte* begin, const std::byte* end) {
  return std::all_of(begin, end, [](std::byte byte) { return byte == std::byte{kPoison}; });
}

}  // namespace

std::string description(const Allocation& allocation) {
  return fmt::format("allocation {} of {} bytes on device {}", allocation.number, allocation.bytes,
                     allocation.device);
}

DeviceMemory& DeviceMemory::instance() {
  static DeviceMemory& memory = *new DeviceMemory;  // never destroyed: other statics may own device memory
  return memory;
}

DeviceMemory::DeviceMemory() {
  void* base = mmap(kWish, kReach, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) fail("cannot reserve addresses for device memory");
  base_ = static_cast<std::byte*>(base);
  reach_ = kPage;
}

std::byte* DeviceMemory::take_pages(std::size_t bytes) {
  for (auto freed = freed_.begin(); freed != freed_.end() && freed_bytes_ > kKeptFreed + bytes; ++freed) {
    if (freed->page_bytes != bytes) continue;
    std::byte* pages = freed->pages;
    freed_bytes_ -= bytes;
    freed_.erase(freed);
    return pages;
  }
  if (bytes + 2 * kPage > kReach - reach_) fail("out of addresses for device memory");
  std::byte* pages = base_ + reach_;
  reach_ += bytes + kPage;
  return pages;
}

void* DeviceMemory::allocate(int device, std::size_t bytes) {
  watch_faults();
  Allocation made{.bytes = bytes, .device = device, .number = ++count_};
  made.page_bytes = rounded_up(bytes, kPage);
  made.pages = take_pages(made.page_bytes);
  made.begin = made.pages + made.page_bytes - rounded_up(bytes, kAlignment);
  poison(made);
  living_.emplace(made.begin, made);
  return made.begin;
}

void DeviceMemory::poison(const Allocation& allocation) {
  protect(allocation.pages, allocation.page_bytes, PROT_READ | PROT_WRITE);
  allow(allocation.pages, allocation.page_bytes);
  std::memset(allocation.pages, kPoison, allocation.page_bytes);
  forbid(allocation.pages, allocation.page_bytes);
  allow(allocation.begin, allocation.bytes);
  if (!open_) protect(allocation.pages, allocation.page_bytes, PROT_NONE);
}

void DeviceMemory::release(const Allocation& allocation) {
  const Allocation gone = allocation;
  if (!open_) protect(gone.pages, gone.page_bytes, PROT_READ | PROT_WRITE);
  check_surroundings(gone);
  forbid(gone.pages, gone.page_bytes);
  madvise(gone.pages, gone.page_bytes, MADV_DONTNEED);
  protect(gone.pages, gone.page_bytes, PROT_NONE);
  living_.erase(gone.begin);
  freed_.push_back({gone.pages, gone.page_bytes});
  freed_bytes_ += gone.page_bytes;
}

const Allocation* DeviceMemory::find(const void* address) const {
  const auto* byte = static_cast<const std::byte*>(address);
  auto after = living_.upper_bound(byte);
  if (after == living_.begin()) return nullptr;
  const Allocation& allocation = std::prev(after)->second;
  return byte <= allocation.end() ? &allocation : nullptr;
}

bool DeviceMemory::contains(const void* address) const {
  return address >= base_ && address < base_ + reach_;
}

bool DeviceMemory::reserved(const void* address) const {
  return address >= base_ && address < base_ + kReach;
}

std::string DeviceMemory::place_of(const void* address) const {
  const auto* byte = static_cast<const std::byte*>(address);
  if (!reserved(address)) return "not memory of a device";
  if (!contains(address)) return "far behind all allocations";
  const Allocation* in = find(address);
  if (in != nullptr && byte < in->end())
    return fmt::format("byte {} of {}", byte - in->begin, description(*in));
  const auto after = living_.lower_bound(byte);
  const bool before_next = after != living_.end() && byte + kPage >= after->second.pages;
  if (before_next && after->first - byte <= static_cast<std::ptrdiff_t>(kPage / 2))
    return fmt::format("{} bytes before {}", after->first - byte, description(after->second));
  if (after != living_.begin()) {
    const Allocation& last = std::prev(after)->second;
    if (byte < last.pages + last.page_bytes + kPage)
      return fmt::format("{} bytes behind the end of {}", byte - last.end(), description(last));
  }
  if (before_next) return fmt::format("{} bytes before {}", after->first - byte, description(after->second));
  return "memory that was freed";
}

void DeviceMemory::open() {
  for (const auto& [begin, allocation] : living_)
    protect(allocation.pages, allocation.page_bytes, PROT_READ | PROT_WRITE);
  open_ = true;
}

void DeviceMemory::close() {
  for (const auto& [begin, allocation] : living_) {
    check_surroundings(allocation);
    protect(allocation.pages, allocation.page_bytes, PROT_NONE);
  }
  open_ = false;
}

void DeviceMemory::check_surroundings(const Allocation& allocation) const {
  if (kAddressSanitizer) return;  // it sees the access itself
  if (!poisoned(allocation.pages, allocation.begin))
    fail("something was written before the beginning of {}", description(allocation));
  if (!poisoned(allocation.end(), allocation.pages + allocation.page_bytes))
    fail("something was written behind the end of {}", description(allocation));
}

std::vector<Allocation> DeviceMemory::living(int device) const {
  std::vector<Allocation> result;
  for (const auto& [begin, allocation] : living_)
    if (allocation.device == device) result.push_back(allocation);
  return result;
}

std::size_t DeviceMemory::used(int device) const {
  std::size_t bytes = 0;
  for (const auto& [begin, allocation] : living_)
    if (allocation.device == device) bytes += rounded_up(allocation.bytes, kAlignment);
  return bytes;
}

void check_range(const char* what, const void* begin, std::size_t bytes, int device) {
  const DeviceMemory& memory = DeviceMemory::instance();
  const Allocation* in = memory.find(begin);
  if (in == nullptr) fail("{}: {} is {}", what, begin, memory.place_of(begin));
  if (device >= 0 && in->device != device)
    fail("{}: {} is {}, but the stream is of device {}", what, begin, memory.place_of(begin), device);
  const auto left = static_cast<std::size_t>(in->end() - static_cast<const std::byte*>(begin));
  if (bytes > left)
    fail("{}: {} bytes asked for, {} bytes are left from {}", what, bytes, left, memory.place_of(begin));
}

void refuse_misaligned(const void* address) {
  fail("a vector at a misaligned address, {}, {}", address, DeviceMemory::instance().place_of(address));
}

}  // namespace mayfly::softgpu
