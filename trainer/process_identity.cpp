#include "trainer/process_identity.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include "recorder/output_file.h"

namespace mayfly {
namespace {

struct ProcessStat {
  char state = '?';
  std::uint64_t start = 0;
};

/// Empty where /proc does not show the process (it has ended, or is hidden from this user).
std::optional<ProcessStat> stat_of(std::int64_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::size_t name_end = text.rfind(')');  // a name may hold anything
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  ProcessStat stat;
  std::string skipped;
  fields >> stat.state;
  for (int field = 4; field < 22; ++field) fields >> skipped;
  if (!(fields >> stat.start)) return std::nullopt;
  return stat;
}

std::string this_place() {
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  std::array<char, 64> pids{};
  const ssize_t length = ::readlink("/proc/self/ns/pid", pids.data(), pids.size());
  if (boot.empty() || length <= 0) return "";
  return boot + " " + std::string(pids.data(), static_cast<std::size_t>(length));
}

}  // namespace

ProcessIdentity this_process() {
  const std::int64_t pid = ::getpid();
  const std::optional<ProcessStat> stat = stat_of(pid);
  return {.host = host_name(), .place = this_place(), .pid = pid, .start = stat ? stat->start : 0};
}

bool known_dead(const ProcessIdentity& process) {
  if (process.place.empty() || process.place != this_place() || process.host != host_name()) return false;
  if (::kill(static_cast<pid_t>(process.pid), 0) != 0 && errno == ESRCH) return true;
  const std::optional<ProcessStat> stat = stat_of(process.pid);
  if (!stat) return false;
  return stat->start != process.start || stat->state == 'Z' || stat->state == 'X';
}

}  // namespace mayfly
