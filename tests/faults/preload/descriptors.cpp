// Open files: open, creat, write, pwrite, fsync, fdatasync, ftruncate, close.
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <optional>

#include "operation.h"
#include "real.h"

namespace faults {
namespace {

bool is_there(int folder, const char* path) {
  return ::faccessat(folder, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

template <class Open>
int open_watched(int folder, const char* path, int flags, const Open& open) {
  const std::optional<std::string> name = below(folder, path);
  if (!name) return open();
  Workshop& shop = workshop();
  const std::lock_guard lock(shop.mutex);
  const bool creates = (flags & O_CREAT) != 0 && !is_there(folder, path);
  return perform(
      shop, {.kind = creates ? "create" : "open", .path = *name}, [&](bool) { return open(); },
      [&](Operation& operation, int descriptor) { operation.handle = shop.files.opened(descriptor, *name); });
}

/// `act(size)` on a file that is watched; `size` is cut where a write is to be short. No `offset`: where the
/// file stands.
template <class Act>
ssize_t write_watched(int descriptor, const void* data, std::size_t size, std::optional<off_t> offset,
                      const Act& act) {
  if (watched_folder().empty()) return act(size);
  Workshop& shop = workshop();
  const std::lock_guard lock(shop.mutex);
  const OpenFile* file = shop.files.find(descriptor);
  if (file == nullptr) return act(size);
  return perform(
      shop, {.kind = "write", .path = file->path, .handle = file->handle},
      [&](bool cut_short) { return act(cut_short ? std::max<std::size_t>(size / 2, 1) : size); },
      [&](Operation& operation, ssize_t count) {
        operation.data = {static_cast<const char*>(data), static_cast<std::size_t>(count)};
        operation.offset = offset ? *offset : ::lseek(descriptor, 0, SEEK_CUR) - count;
      });
}

template <class Act>
int act_on(int descriptor, const char* kind, long offset, const Act& act) {
  if (watched_folder().empty()) return act();
  Workshop& shop = workshop();
  const std::lock_guard lock(shop.mutex);
  const OpenFile* file = shop.files.find(descriptor);
  if (file == nullptr) return act();
  return perform(shop, {.kind = kind, .path = file->path, .handle = file->handle, .offset = offset},
                 [&](bool) { return act(); });
}

mode_t mode_of(int flags, std::va_list arguments) {
  return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace
}  // namespace faults

using faults::real;

extern "C" {

int openat(int folder, const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = faults::mode_of(flags, arguments);
  va_end(arguments);
  static const auto next = real<int(int, const char*, int, ...)>("openat");
  return faults::open_watched(folder, path, flags, [&] { return next(folder, path, flags, mode); });
}

int openat64(int folder, const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = faults::mode_of(flags, arguments);
  va_end(arguments);
  return openat(folder, path, flags, mode);
}

int open(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = faults::mode_of(flags, arguments);
  va_end(arguments);
  return openat(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  std::va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = faults::mode_of(flags, arguments);
  va_end(arguments);
  return openat(AT_FDCWD, path, flags, mode);
}

int creat(const char* path, mode_t mode) {
  return openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

// What the headers make of open() and openat() where the compiler checks buffers.
int __open_2(const char* path, int flags) {
  return openat(AT_FDCWD, path, flags, 0);
}
int __openat_2(int folder, const char* path, int flags) {
  return openat(folder, path, flags, 0);
}

ssize_t write(int descriptor, const void* data, size_t size) {
  static const auto next = real<ssize_t(int, const void*, size_t)>("write");
  return faults::write_watched(descriptor, data, size, std::nullopt,
                               [&](size_t count) { return next(descriptor, data, count); });
}

ssize_t pwrite(int descriptor, const void* data, size_t size, off_t offset) {
  static const auto next = real<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return faults::write_watched(descriptor, data, size, offset,
                               [&](size_t count) { return next(descriptor, data, count, offset); });
}

ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t offset) {
  return pwrite(descriptor, data, size, offset);
}

/// The disk is not waited for: what a power cut would take is known from the record.
int fsync(int descriptor) {
  static const auto next = real<int(int)>("fsync");
  return faults::act_on(descriptor, "sync", 0,
                        [&] { return faults::watched_folder().empty() ? next(descriptor) : 0; });
}

int fdatasync(int descriptor) {
  return fsync(descriptor);
}

int ftruncate(int descriptor, off_t length) {
  static const auto next = real<int(int, off_t)>("ftruncate");
  return faults::act_on(descriptor, "truncate", length, [&] { return next(descriptor, length); });
}

int ftruncate64(int descriptor, off64_t length) {
  return ftruncate(descriptor, length);
}

/// Even where it reports an error, the descriptor is free.
int close(int descriptor) {
  static const auto next = real<int(int)>("close");
  if (faults::watched_folder().empty()) return next(descriptor);
  faults::Workshop& shop = faults::workshop();
  const std::lock_guard lock(shop.mutex);
  const faults::OpenFile* found = shop.files.find(descriptor);
  if (found == nullptr) return next(descriptor);
  const faults::OpenFile file = *found;
  shop.files.closed(descriptor);
  const int result = next(descriptor);
  return faults::perform(shop, {.kind = "close", .path = file.path, .handle = file.handle},
                         [&](bool) { return result; });
}

}  // extern "C"
