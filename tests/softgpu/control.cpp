// The doors of softgpu.h.
#include <unistd.h>

#include <cstdio>

#include "fail.h"
#include "memory.h"
#include "runtime.h"

namespace mayfly::softgpu {
namespace {

const pid_t kProcess = getpid();  // a forked child does not answer for what its parent still owns
constexpr int kLeakExitCode = 23;

// After all destructors of static objects.
__attribute__((destructor)) void report_leaks_at_the_end() {
  if (getpid() != kProcess) return;
  const std::vector<std::string> leaks = report_leaks();
  if (leaks.empty()) return;
  for (const std::string& leak : leaks) std::fprintf(stderr, "softgpu: never freed: %s\n", leak.c_str());
  std::fflush(nullptr);
  _exit(kLeakExitCode);
}

}  // namespace

void configure(const Settings& settings) {
  const std::lock_guard lock(Runtime::instance().lock);
  Runtime::instance().settings = settings;
  if (current_device() >= settings.devices) current_device() = 0;
}

Settings settings() {
  const std::lock_guard lock(Runtime::instance().lock);
  return Runtime::instance().settings;
}

void fail_next(Call call, cudaError_t error, unsigned after) {
  const std::lock_guard lock(Runtime::instance().lock);
  Runtime::instance().failures.push_back({call, error, after});
}

std::size_t planned_failures() {
  const std::lock_guard lock(Runtime::instance().lock);
  return Runtime::instance().failures.size();
}

void clear_failures() {
  const std::lock_guard lock(Runtime::instance().lock);
  Runtime::instance().failures.clear();
}

Counts counts() {
  const std::lock_guard lock(Runtime::instance().lock);
  return Runtime::instance().counts;
}

void reset_counts() {
  const std::lock_guard lock(Runtime::instance().lock);
  Runtime::instance().counts = {};
  Runtime::instance().captured.clear();
}

std::vector<std::vector<std::string>> captured_graphs() {
  const std::lock_guard lock(Runtime::instance().lock);
  return Runtime::instance().captured;
}

std::vector<std::string> report_leaks() {
  Runtime& runtime = Runtime::instance();
  const std::lock_guard lock(runtime.lock);
  std::vector<std::string> leaks;
  for (int device = 0; device < runtime.settings.devices; ++device)
    for (std::string& leak : runtime.leaks(device)) leaks.push_back(std::move(leak));
  for (const std::size_t bytes : PinnedMemory::instance().living())
    leaks.push_back(fmt::format("{} bytes of pinned memory", bytes));
  return leaks;
}

void check_device_range(const void* memory, std::size_t bytes) {
  const std::lock_guard lock(Runtime::instance().lock);
  check_range("a range of device memory", memory, bytes, -1);
}

}  // namespace mayfly::softgpu
