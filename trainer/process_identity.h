// Which process on which machine: written into claims, so that others can tell whether it still lives.
#pragma once

#include <cstdint>
#include <string>

namespace mayfly {

struct ProcessIdentity {
  std::string host;
  std::string place;  ///< the machine's boot and the process namespace: where `pid` means this process
  std::int64_t pid = 0;
  std::uint64_t start = 0;  ///< in clock ticks after the boot (field 22 of /proc/PID/stat)
  bool operator==(const ProcessIdentity&) const = default;
};

/// The calling process.
ProcessIdentity this_process();

/// True where it certainly lives no more: it ran on this machine, and since its boot, but no process of this
/// number is there, or one that started at another time, or what is left of it waits for its parent. False
/// where it lives, or where that cannot be known from here.
bool known_dead(const ProcessIdentity& process);

}  // namespace mayfly
