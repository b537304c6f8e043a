// A run of a campaign: trains the networks whose tables are missing, several at once, longest first.
//
//   DIR/tables/<dataset>/<ID>.txt   complete tables only; `<dataset>-trial` where its counts are not the
//                                   official ones; campaign.json beside them
//   DIR/journal/                    what happened, as it happened
//   DIR/work/<ID>.ckpt              where a network stands whose table is not there yet
//   DIR/failed/<ID>.json            networks that could not be trained
//
// The bits of a table depend on its network and options alone, not on jobs, cores or interruptions. A network
// that is interrupted goes on from its checkpoint next time.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "kernels/backend.h"
#include "trainer/claims.h"
#include "trainer/dataset_store.h"
#include "trainer/lifespan.h"
#include "trainer/progress.h"
#include "trainer/self_check.h"
#include "trainer/stop.h"
#include "trainer/work_list.h"

namespace mayfly {

struct CampaignOptions {
  std::filesystem::path folder;  ///< DIR
  LifespanOptions lifespan;
  std::vector<std::shared_ptr<Device>> devices;  ///< at least one (open_devices())
  int cores = 1;                                 ///< to share among the workers
  int jobs = 1;                                  ///< networks at once on each device
  std::string mayfly_version;
  WorkShare share;                ///< where to begin; other processes may be at the same folder
  ClaimOptions claims;            ///< how they keep out of each other's way
  double checkpoint_every = 300;  ///< seconds (trainer/saved_life.h)
  /// What self_check() compares with; a test changes it.
  SelfCheckBits self_check_expected = kSelfCheckExpected;
};

struct CampaignResult {
  std::size_t skipped = 0;      ///< complete before this run
  std::size_t finished = 0;     ///< trained in this run
  std::size_t diverged = 0;     ///< of the finished ones
  std::size_t elsewhere = 0;    ///< made by other processes meanwhile
  std::size_t failed = 0;       ///< in this run, here or in other processes
  std::size_t interrupted = 0;  ///< stopped in their course, or not begun

  /// interrupted, else some_failed, else complete.
  ExitCode exit_code() const;
};

/// Where the table of `spec` belongs in campaign `folder`.
std::filesystem::path campaign_table_path(const std::filesystem::path& folder, const NetworkSpec& spec,
                                          const Dataset& dataset);

/// Networks at once on a GPU where nobody says otherwise: more gave an H200 little (docs/gpu/h200.md).
inline constexpr int kJobsPerGpu = 4;

/// What decides the bits on all of these devices (Device::numerics()). DeviceError where they differ: their
/// tables would not be of one kind.
std::string common_numerics(const std::vector<std::shared_ptr<Device>>& devices);

/// Trains what is missing of `networks`, together with all other processes that do the same in this folder: a
/// network is only trained with a claim (trainer/claims.h), and the run ends when all have their tables or
/// have failed, whoever made them. A network that failed in an earlier run is tried again, once: not by each
/// of the processes. An exception
/// in one network (a shape that does not fit, memory, a full disk) fails that network alone; where memory of
/// the device or the device itself was lost, only after it was tried again alone (trainer/work_list.h).
/// Errors that concern all of them end the run: DataError (data set, folder), UsageError (campaign.json says
/// other conventions), DeviceError (self-check, or no device is left). Calls of `observer` come one at a
/// time.
CampaignResult run_campaign(const std::vector<CampaignNetwork>& networks, DatasetStore& datasets,
                            const CampaignOptions& options, CampaignObserver& observer,
                            const StopCheck& stop = {});

}  // namespace mayfly
