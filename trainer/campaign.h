// A run of a campaign: trains the networks whose tables are missing, several at once, longest first.
//
//   DIR/tables/<dataset>/<ID>.txt   complete tables only; `<dataset>-trial` where the data set's counts are
//   not
//                                   the official ones; campaign.json beside them
//   DIR/journal/                    what happened, as it happened
//   DIR/failed/<ID>.json            networks that could not be trained
//
// The bits of a table depend on its network and options alone, not on jobs, cores or interruptions. A network
// that is interrupted starts anew next time.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "core/error.h"
#include "trainer/dataset_store.h"
#include "trainer/lifespan.h"
#include "trainer/progress.h"
#include "trainer/self_check.h"
#include "trainer/stop.h"

namespace mayfly {

struct CampaignOptions {
  std::filesystem::path folder;  ///< DIR
  LifespanOptions lifespan;
  std::string device = "cpu";
  int cores = 1;  ///< to share among the workers
  int jobs = 1;   ///< networks at once
  std::string mayfly_version;
  /// What self_check() compares with; a test changes it.
  SelfCheckBits self_check_expected = kSelfCheckExpected;
};

struct CampaignResult {
  std::size_t skipped = 0;      ///< complete before this run
  std::size_t finished = 0;     ///< trained in this run
  std::size_t diverged = 0;     ///< of the finished ones
  std::size_t failed = 0;       ///< in this run
  std::size_t interrupted = 0;  ///< stopped in their course, or not begun

  /// interrupted, else some_failed, else complete.
  ExitCode exit_code() const;
};

/// Where the table of `spec` belongs in campaign `folder`.
std::filesystem::path campaign_table_path(const std::filesystem::path& folder, const NetworkSpec& spec,
                                          const Dataset& dataset);

/// Trains what is missing of `networks`. A network that failed in an earlier run is tried again. An exception
/// in one network (a shape that does not fit, memory, a full disk) fails that network alone. Errors that
/// concern all of them end the run: DataError (data set, folder), UsageError (campaign.json says other
/// conventions), DeviceError (self-check). Calls of `observer` come one at a time.
CampaignResult run_campaign(const std::vector<CampaignNetwork>& networks, DatasetStore& datasets,
                            const CampaignOptions& options, CampaignObserver& observer,
                            const StopCheck& stop = {});

}  // namespace mayfly
