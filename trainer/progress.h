// What a campaign tells of its course while it runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/network_spec.h"
#include "trainer/lifespan.h"

namespace mayfly {

/// A network of a campaign.
struct CampaignNetwork {
  std::uint32_t index = 0;
  NetworkSpec spec;
  double estimated_seconds = 0;     ///< for the whole life on one core; orders the work, longest first
  std::uint64_t device_memory = 0;  ///< bytes on a GPU (trainer/device_memory.h); 0: not known
};

/// A network that is being trained.
struct NetworkRun {
  const CampaignNetwork& network;
  int worker = 0;       ///< 0..workers-1
  int threads = 1;      ///< cores it was given
  int half_epochs = 0;  ///< rows its table will have
  std::string device;   ///< its name
};

/// What a run of a campaign has before it.
struct CampaignStart {
  std::size_t networks = 0;      ///< of the campaign
  std::size_t complete = 0;      ///< tables that were there already
  std::size_t missing = 0;       ///< to be trained now
  double estimated_seconds = 0;  ///< sum over the missing ones, on one core
  int workers = 0;
};

/// Receives the events of a campaign: one call at a time, from the threads of its workers. What is told
/// changes nothing that is done: exceptions thrown here are dropped.
class CampaignObserver {
 public:
  virtual ~CampaignObserver() = default;
  virtual void campaign_started(const CampaignStart& /*start*/) {}
  virtual void started(const NetworkRun& /*run*/) {}
  /// After started(): it goes on from its checkpoint, with the first `half_epochs` rows done before.
  virtual void resumed(const NetworkRun& /*run*/, int /*half_epochs*/) {}
  virtual void half_epoch(const NetworkRun& /*run*/, const HalfEpoch& /*half*/) {}
  /// The table is on the disk.
  virtual void finished(const NetworkRun& /*run*/, const LifespanResult& /*result*/) {}
  virtual void failed(const NetworkRun& /*run*/, const std::string& /*reason*/) {}
  /// Put back, to be tried again alone on its device: memory ran out there, or the device was lost.
  virtual void put_back(const NetworkRun& /*run*/, const std::string& /*reason*/) {}
  /// Another process trains it: `holder` says which and where. Told once, when it is first met.
  virtual void elsewhere(const CampaignNetwork& /*network*/, const std::string& /*holder*/) {}
  /// Another process has made its table since this run began, or has `failed` at it.
  virtual void done_elsewhere(const CampaignNetwork& /*network*/, bool /*failed*/) {}
  /// Stopped before its end: no table.
  virtual void interrupted(const NetworkRun& /*run*/) {}
  /// Something went wrong that costs no table: a checkpoint or the journal could not be written.
  virtual void warned(const std::string& /*text*/) {}
};

}  // namespace mayfly
