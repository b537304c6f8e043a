// A life that outlives its process: it begins from the network's checkpoint where there is one, and leaves
// one behind where it is interrupted.
//
// A checkpoint is written
//   - between two batches, or after a half epoch, once `checkpoint_every` seconds have passed since the last
//     one or the beginning;
//   - after every half epoch that took a second and a hundred times what writing the last one cost, so that
//     writing takes less than a hundredth of the time;
//   - where `stop` interrupts the life, if any batch was trained since the last one.
// None is written where another process has taken the network over: its own checkpoint may have come further.
// None is written after the last half epoch: the table is next. The table is the caller's, and so is removing
// the checkpoint once it is there (trainer/checkpoint.h).
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "recorder/journal.h"
#include "trainer/checkpoint.h"
#include "trainer/lifespan.h"

namespace mayfly {

struct SavedLifeOptions {
  std::filesystem::path campaign;
  double checkpoint_every = 300;  ///< 0: only where it is interrupted
  std::string numerics;           ///< Device::numerics()
  std::string mayfly_version;
  StopCheck taken_over = {};  ///< another process has the network now
  /// Told of a checkpoint that could not be written.
  std::function<void(const std::string& text)> warn = {};
};

class SavedLife {
 public:
  /// Sets the life up, from its checkpoint if that is whole and fits. Any other checkpoint is set aside
  /// (checkpoint.h) and the life begins anew; a note in the journal says why. References must outlive it.
  /// Errors as of Lifespan.
  SavedLife(Backend& backend, const NetworkSpec& spec, const Dataset& dataset, const LifespanOptions& life,
            const SavedLifeOptions& options, JournalWriter& journal);

  const Lifespan& life() const { return life_; }
  /// It goes on from a checkpoint.
  bool resumed() const { return resumed_; }

  /// Lives to the end or until `stop`, telling `callback` of every half epoch it lives. A checkpoint that
  /// cannot be written (a full disk) is noted in the journal, warned of, and costs nothing but itself.
  /// Errors: those of the device, and whatever `callback` throws.
  LifespanResult live(const HalfEpochCallback& callback, const StopCheck& stop);

 private:
  using Clock = std::chrono::steady_clock;

  void restore();
  void begin_anew(const std::string& reason);
  bool nothing_new() const {
    return life_.updates() == saved_updates_ && life_.halves().size() == saved_halves_;
  }
  bool due_now() const;
  bool due_after(const HalfEpoch& half) const;
  void save();
  void note(const std::string& text);

  SavedLifeOptions options_;
  JournalWriter& journal_;
  std::string id_;
  std::filesystem::path path_;
  CheckpointIdentity identity_;
  Lifespan life_;
  bool resumed_ = false;
  Clock::time_point saved_at_ = Clock::now();
  double save_seconds_ = 0;          // of the last one
  std::uint64_t saved_updates_ = 0;  // where it stood then, or was to be saved
  std::size_t saved_halves_ = 0;
};

}  // namespace mayfly
