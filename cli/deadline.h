// When a run has to be over.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace mayfly::cli {

using WallTime = std::chrono::system_clock::time_point;

/// A duration from `now` ("1h30m", "2d", "90s", "3600": seconds) or a time ("2026-01-02T03:04:05", of this
/// machine's time zone; with Z: UTC). UsageError where it is neither.
WallTime parse_deadline(const std::string& text, WallTime now);

/// The earlier of `text` (parse_deadline(); empty: none) and the end of the Slurm job this runs in:
/// SLURM_JOB_END_TIME, else what squeue says of SLURM_JOB_ID.
std::optional<WallTime> find_deadline(const std::string& text);

}  // namespace mayfly::cli
