// How much of a campaign is left, and how large the Slurm jobs for it should be.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/campaign_status.h"

namespace mayfly::cli {

/// What each worker is given; unset: chosen by plan_slurm().
struct SlurmSizes {
  std::optional<int> gpus_per_node =
      std::nullopt;  ///< 0: CPUs only; default: as many as the campaign's device names, 1 for "cuda"
  std::optional<int> workers = std::nullopt;
  std::optional<int> cpus_per_task = std::nullopt;
  std::optional<int> jobs = std::nullopt;  ///< networks at once, on GPUs on each of them
  std::optional<std::chrono::seconds> time = std::nullopt;
};

/// A network that has no table yet.
struct NetworkLeft {
  std::uint32_t index = 0;
  std::string id;
  double seconds = 0;  ///< that are left to it, alone on one core or with others on a GPU
  std::int64_t memory_bytes = 0;
};

struct SlurmPlan {
  std::vector<NetworkLeft> left;  ///< longest first, as workers take them
  EstimateCheck check;            ///< of networks that were finished on the kind of device that is asked for
  double ratio = 1;               ///< of what a network takes to the plan's estimate, which is of one core
  int gpus_per_node = 0;
  int workers = 1;
  int cpus_per_task = 1;
  int slots = 1;  ///< networks at once in a worker
  std::chrono::seconds time{0};
  std::int64_t memory_bytes = 0;  ///< of the host, for a worker

  double seconds() const;  ///< of all that are left, one after the other
  /// Seconds until all are done when all workers run at once: no less than the longest takes.
  double wall_seconds() const;
};

/// What a network takes beside three others on a GPU, of the time that the plan expects on one core: for a
/// V100, taken for a quarter of an H200, where it was a fiftieth (docs/gpu/h200.md).
inline constexpr double kGpuGuess = 1.0 / 12;

/// Estimates are rescaled by what networks took that were finished on that kind of device: CPU, or GPU where
/// gpus_per_node > 0 (by kGpuGuess where none was finished). A day, or less where that suffices, and as many
/// workers as need no second one, but at most 100, unless `sizes` say otherwise.
SlurmPlan plan_slurm(const Campaign& campaign, const SlurmSizes& sizes);

}  // namespace mayfly::cli
