// Names in folders: rename, link, unlink, remove, mkdir.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "operation.h"
#include "real.h"

namespace faults {
namespace {

template <class Act>
int act_on_name(const char* kind, int folder, const char* path, const Act& act) {
  const std::optional<std::string> name = below(folder, path);
  if (!name) return act();
  Workshop& shop = workshop();
  const std::lock_guard lock(shop.mutex);
  return perform(shop, {.kind = kind, .path = *name}, [&](bool) { return act(); });
}

template <class Act>
int act_on_names(const char* kind, int from, const char* path, int to, const char* other, const Act& act) {
  const std::optional<std::string> name = below(from, path), new_name = below(to, other);
  if (!name || !new_name) return act();
  Workshop& shop = workshop();
  const std::lock_guard lock(shop.mutex);
  return perform(shop, {.kind = kind, .path = *name, .other = *new_name}, [&](bool) { return act(); });
}

}  // namespace
}  // namespace faults

using faults::real;

extern "C" {

int renameat(int from, const char* path, int to, const char* other) {
  static const auto next = real<int(int, const char*, int, const char*)>("renameat");
  return faults::act_on_names("rename", from, path, to, other, [&] { return next(from, path, to, other); });
}

int rename(const char* path, const char* other) {
  return renameat(AT_FDCWD, path, AT_FDCWD, other);
}

int linkat(int from, const char* path, int to, const char* other, int flags) {
  static const auto next = real<int(int, const char*, int, const char*, int)>("linkat");
  return faults::act_on_names("link", from, path, to, other,
                              [&] { return next(from, path, to, other, flags); });
}

int link(const char* path, const char* other) {
  return linkat(AT_FDCWD, path, AT_FDCWD, other, 0);
}

int unlinkat(int folder, const char* path, int flags) {
  static const auto next = real<int(int, const char*, int)>("unlinkat");
  return faults::act_on_name("unlink", folder, path, [&] { return next(folder, path, flags); });
}

int unlink(const char* path) {
  return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char* path) {
  return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int remove(const char* path) {
  static const auto next = real<int(const char*)>("remove");
  return faults::act_on_name("unlink", AT_FDCWD, path, [&] { return next(path); });
}

int mkdirat(int folder, const char* path, mode_t mode) {
  static const auto next = real<int(int, const char*, mode_t)>("mkdirat");
  return faults::act_on_name("mkdir", folder, path, [&] { return next(folder, path, mode); });
}

int mkdir(const char* path, mode_t mode) {
  return mkdirat(AT_FDCWD, path, mode);
}

}  // extern "C"
