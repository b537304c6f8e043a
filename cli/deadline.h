// When a run has to be over.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mayfly::cli {

using WallTime = std::chrono::system_clock::time_point;

/// "1h30m", "2d", "1d2h3m4s", or a number of seconds; empty where it is none, or longer than thirty years.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

/// As Slurm writes and reads durations: minutes, minutes:seconds, hours:minutes:seconds, days-hours,
/// days-hours:minutes and so on. Empty where it is none ("UNLIMITED", "INVALID").
std::optional<std::chrono::seconds> parse_slurm_time(std::string_view text);

/// A duration from `now` ("1h30m", "2d", "90s", "3600": seconds) or a time ("2026-01-02T03:04:05", of this
/// machine's time zone; with Z: UTC). UsageError where it is neither.
WallTime parse_deadline(const std::string& text, WallTime now);

/// The earlier of `text` (parse_deadline(); empty: none) and the end of the Slurm job this runs in:
/// SLURM_JOB_END_TIME, else now and the time that squeue says is left to it.
std::optional<WallTime> find_deadline(const std::string& text);

}  // namespace mayfly::cli
