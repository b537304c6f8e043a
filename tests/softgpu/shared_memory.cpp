#include "shared_memory.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "fail.h"
#include "sanitizer.h"

namespace mayfly::softgpu {
namespace {

constexpr std::size_t kArenaBytes = 256 * 1024;
constexpr std::size_t kZone = 128;
constexpr unsigned char kPoison = 0xff;

std::size_t rounded_up(std::size_t value, std::size_t unit) {
  return (value + unit - 1) / unit * unit;
}

}  // namespace

SharedMemory::SharedMemory() : arena_(static_cast<unsigned char*>(std::aligned_alloc(kZone, kArenaBytes))) {
  if (arena_ == nullptr) fail("no memory for shared memory");
  std::memset(arena_, kPoison, kArenaBytes);
  forbid(arena_, kArenaBytes);
}

SharedMemory::~SharedMemory() {
  allow(arena_, kArenaBytes);
  std::free(arena_);
}

void SharedMemory::begin_block() {
  allow(arena_, used_ + kZone);
  std::memset(arena_, kPoison, used_ + kZone);
  forbid(arena_, used_ + kZone);
  used_ = taken_ = 0;
  objects_.clear();
}

void* SharedMemory::object(const void* key, std::size_t bytes, std::size_t alignment) {
  for (const Object& object : objects_)
    if (object.key == key) return arena_ + object.begin;
  const std::size_t begin = rounded_up(used_ + kZone, alignment);
  used_ = begin + bytes;
  taken_ += rounded_up(bytes, 16);
  if (taken_ > kLimit)
    fail("a kernel has more than {} bytes of static shared memory: {} so far", kLimit, taken_);
  if (used_ + kZone > kArenaBytes) fail("a block has too many objects in shared memory");
  allow(arena_ + begin, bytes);
  objects_.push_back({key, begin, used_});
  return arena_ + begin;
}

void SharedMemory::end_block() const {
  if (kAddressSanitizer) return;
  std::size_t free_from = 0;
  const auto clean = [&](std::size_t end) {
    return std::all_of(arena_ + free_from, arena_ + end, [](unsigned char byte) { return byte == kPoison; });
  };
  for (const Object& object : objects_) {
    if (!clean(object.begin))
      fail("a block wrote outside its shared memory, before an object of {} bytes",
           object.end - object.begin);
    free_from = object.end;
  }
  if (!objects_.empty() && !clean(used_ + kZone))
    fail("a block wrote behind the last object of its shared memory");
}

}  // namespace mayfly::softgpu
