// Where a worker among several begins to look.
#pragma once

#include <string>

#include "trainer/work_list.h"

namespace mayfly::cli {

/// "k/n", the kth of n, 1 <= k <= n. Where `text` is empty, Slurm's: the task's place in its array
/// (SLURM_ARRAY_TASK_ID, _MIN, _COUNT) and in its job (SLURM_PROCID, SLURM_NTASKS); else the only one.
/// UsageError where `text` is no such thing.
WorkShare find_share(const std::string& text);

}  // namespace mayfly::cli
