#include "trainer/saved_life.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "recorder/input_file.h"

namespace mayfly {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

SavedLife::SavedLife(Backend& backend, const NetworkSpec& spec, const Dataset& dataset,
                     const LifespanOptions& life, const SavedLifeOptions& options, JournalWriter& journal)
    : options_(options),
      journal_(journal),
      id_(spec.id),
      path_(checkpoint_path(options.campaign, spec.id)),
      identity_{.arithmetic_version = kArithmeticVersion,
                .numerics = options.numerics,
                .network = checkpoint_network_text(spec, life, dataset),
                .mayfly_version = options.mayfly_version},
      life_(backend, spec, dataset, life) {
  if (std::filesystem::exists(path_)) restore();
  saved_updates_ = life_.updates();
  saved_halves_ = life_.halves().size();
}

/// What cannot be read now may well be read later: only what was read is judged, and put aside.
void SavedLife::restore() {
  try {
    const Checkpoint checkpoint =
        read_checkpoint(path_, checkpoint_size_limit(life_.parameter_count(), life_.half_epochs()));
    require_same_life(identity_, checkpoint.identity, path_.string());
    life_.restore(checkpoint.state);
    resumed_ = true;
    note(
        fmt::format("{}: goes on after {} half epochs and {} SGD steps, from a checkpoint of mayfly {}, "
                    "arithmetic version {}",
                    id_, life_.halves().size(), life_.updates(), checkpoint.identity.mayfly_version,
                    checkpoint.identity.arithmetic_version));
  } catch (const UnreadableFile&) {
    throw;
  } catch (const DataError& error) {
    begin_anew(error.what());
  }
}

void SavedLife::begin_anew(const std::string& reason) {
  try {
    const std::filesystem::path aside = set_aside(path_);
    note(
        fmt::format("{}: begins anew, its checkpoint is now {}: {}", id_, aside.filename().string(), reason));
  } catch (const DataError& error) {
    note(fmt::format("{}: begins anew, its checkpoint stays ({}): {}", id_, error.what(), reason));
  }
}

LifespanResult SavedLife::live(const HalfEpochCallback& callback, const StopCheck& stop) {
  bool interrupted = false;
  while (!life_.finished() && !interrupted) {
    bool paused = false;
    const std::optional<HalfEpoch> half = life_.next(stop, [&] { return paused = due_now(); });
    interrupted = !half && !paused;
    if (half && callback) callback(*half);
    if (!life_.finished() && (!half || due_after(*half))) save();
  }
  return result_of(life_);
}

bool SavedLife::due_now() const {
  return options_.checkpoint_every > 0 && seconds_since(saved_at_) >= options_.checkpoint_every &&
         !nothing_new();
}

bool SavedLife::due_after(const HalfEpoch& half) const {
  if (options_.checkpoint_every <= 0) return false;
  return due_now() || half.train_seconds + half.validation_seconds >= std::max(1.0, 100 * save_seconds_);
}

void SavedLife::save() {
  if (nothing_new() || stop_requested(options_.taken_over)) return;
  const auto start = Clock::now();
  const Checkpoint checkpoint{identity_, life_.save()};
  try {
    journal_.sync();  // it holds the points of the half epochs that are not lived again
    write_checkpoint(path_, checkpoint);
  } catch (const DataError& error) {
    const std::string text = fmt::format("{}: its checkpoint could not be written: {}", id_, error.what());
    note(text);
    if (options_.warn) options_.warn(text);
  }
  saved_at_ = Clock::now();
  save_seconds_ = seconds_since(start);
  saved_updates_ = life_.updates();
  saved_halves_ = life_.halves().size();
}

/// What cannot be noted either (a full disk) is not worth a network.
void SavedLife::note(const std::string& text) {
  try {
    journal_.note(text);
  } catch (const DataError&) {
  }
}

}  // namespace mayfly
