// The batch script of a campaign's workers, as Slurm's sbatch takes it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/slurm_plan.h"

namespace mayfly::cli {

struct SlurmScript {
  std::filesystem::path program;            ///< this one; absolute, as are the others
  std::filesystem::path campaign;           ///< its folder
  std::filesystem::path script;             ///< where the script will lie
  std::vector<std::string> run_options;     ///< of `mayfly run`
  std::vector<std::string> sbatch_options;  ///< "--partition=long"; they stand above what the plan says
  int most_in_vain = 3;  ///< starts without progress, one after the other, after which a worker gives up
};

/// UsageError where a path holds what Slurm cannot take in the name of a log.
std::string slurm_script_text(const SlurmPlan& plan, const SlurmScript& script);

}  // namespace mayfly::cli
