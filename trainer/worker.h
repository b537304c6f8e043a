// The workers of a campaign: each takes networks from the list and makes tables of them.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "recorder/journal.h"
#include "trainer/campaign.h"
#include "trainer/claims.h"
#include "trainer/dataset_store.h"
#include "trainer/failure_file.h"
#include "trainer/progress.h"
#include "trainer/saved_life.h"
#include "trainer/stop.h"
#include "trainer/work_list.h"

namespace mayfly {

/// What the workers of one run share. The references must outlive it.
class Crew {
 public:
  Crew(WorkList& work, Claims& claims, DatasetStore& datasets, const CampaignOptions& options,
       CampaignObserver& observer, JournalWriter& journal, const StopCheck& stop)
      : work_(work),
        claims_(claims),
        datasets_(datasets),
        options_(options),
        observer_(observer),
        journal_(journal),
        failed_before_(failed_attempts(options.folder)),
        checked_(options.devices.size()),
        stop_([this, &stop] { return abandoned_ || stop_requested(stop); }) {}
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// Body of worker number `worker`, on device `worker` modulo their number: trains until all are done, the
  /// run stops or the device has ended. Does not throw.
  void work(int worker);

  /// Once all workers have ended: finished, diverged and failed. Throws what ended the run for all.
  CampaignResult result() const;

 private:
  struct Checked {
    std::mutex mutex;
    int resets = -1;  // of the device, when it was checked
  };

  void work_until_done(int worker);
  void attempt(const NetworkRun& run, const WorkList::Item& item);
  std::shared_ptr<Claim> claim(const WorkList::Item& item);
  bool settled_elsewhere(const WorkList::Item& item);
  void put_off(const WorkList::Item& item);
  void wait_for_memory(const NetworkRun& run, const WorkList::Item& item);
  std::unique_ptr<Backend> checked_backend(const WorkList::Item& item);
  bool train_or_fail(const NetworkRun& run, Backend& backend, const Claim& claim);
  bool train(const NetworkRun& run, Backend& backend, const Claim& claim);
  SavedLifeOptions saved_life_options(const Claim& claim);
  void tell_resumed(const NetworkRun& run, const Lifespan& life);
  void record_half(const NetworkRun& run, const Backend& backend, const HalfEpoch& half, bool diverged);
  void complete(const NetworkRun& run, const LifespanResult& result);
  void fail(const NetworkRun& run, const std::string& reason);
  void put_back(const NetworkRun& run, const std::string& reason);
  /// Does write(journal), and warns where it cannot be written: the next event catches up
  /// (recorder/journal.h).
  template <class Write>
  void record(const Write& write) {
    try {
      write(journal_);
    } catch (const DataError& error) {
      warn(error.what());
    }
  }
  /// Once, where the same goes wrong again and again.
  void warn(const std::string& text) {
    tell([&](CampaignObserver& observer) {
      if (std::exchange(last_warning_, text) != text) observer.warned(text);
    });
  }
  /// Calls event(observer) under the lock.
  template <class Event>
  void tell(const Event& event) {
    const std::lock_guard lock(observer_mutex_);
    try {
      event(observer_);
    } catch (const std::exception&) {  // a closed stderr must not fail a network
    }
  }

  WorkList& work_;
  Claims& claims_;
  DatasetStore& datasets_;
  const CampaignOptions& options_;
  CampaignObserver& observer_;
  JournalWriter& journal_;
  std::map<std::string, int> failed_before_;  // attempts, by ID
  std::deque<Checked> checked_;               // by device
  StopCheck stop_;
  std::atomic<bool> abandoned_ = false;
  std::mutex observer_mutex_;  // guards the observer and last_warning_
  std::string last_warning_;
  std::mutex result_mutex_;  // guards the two below
  CampaignResult result_;
  std::exception_ptr error_;
};

}  // namespace mayfly
