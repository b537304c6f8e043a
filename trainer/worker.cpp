#include "trainer/worker.h"

#include <fmt/format.h>

#include "recorder/durable_file.h"
#include "recorder/tables_folder.h"
#include "trainer/checkpoint.h"
#include "trainer/device_memory.h"
#include "trainer/failure_file.h"
#include "trainer/saved_life.h"

namespace mayfly {
namespace {

std::string too_large_text(const NetworkRun& run) {
  return fmt::format(
      "it needs about {} of device memory, more than any of the devices can give; where there is a larger "
      "one, `mayfly retry` lets the next run try it again",
      memory_text(run.network.device_memory));
}

/// Writes the table; an error after which it is there all the same (its folder could not be synchronised) is
/// none.
void write_whole_table(const std::filesystem::path& path, const Table& table) {
  try {
    write_table(path.parent_path(), table);
  } catch (const DataError&) {
    if (!std::filesystem::is_regular_file(path) || read_whole_file(path) != table_text(table)) throw;
  }
}

}  // namespace

void Crew::work(int worker) {
  try {
    work_until_done(worker);
  } catch (...) {  // rethrown by result(): it concerns all networks
    const std::lock_guard lock(result_mutex_);
    if (!error_) error_ = std::current_exception();
    abandoned_ = true;
  }
}

void Crew::work_until_done(int worker) {
  const std::size_t device = static_cast<std::size_t>(worker) % options_.devices.size();
  while (const std::optional<WorkList::Item> item = work_.take(device, stop_)) {
    const NetworkRun run{.network = *item->network,
                         .worker = worker,
                         .threads = item->threads,
                         .half_epochs = half_epoch_count(options_.lifespan.epochs),
                         .device = options_.devices[device]->name()};
    attempt(run, *item);
  }
}

void Crew::attempt(const NetworkRun& run, const WorkList::Item& item) {
  if (item.starved) return wait_for_memory(run, item);
  std::shared_ptr<Claim> claim = this->claim(item);
  if (!claim) return;
  try {
    bool settled = true;
    if (item.too_large)
      fail(run, too_large_text(run));
    else
      settled = train_or_fail(run, *checked_backend(item), *claim);
    claim.reset();
    if (settled || stop_())
      work_.done(item);
    else
      put_off(item);
  } catch (const OutOfDeviceMemory& error) {
    claim.reset();
    const std::string reason = fmt::format("no memory on {}: {}", run.device, error.what());
    if (work_.out_of_memory(item))
      put_back(run, reason);
    else
      fail(run,
           reason +
               "; no other network of this run was there: a device with more memory, or one that no other "
               "process uses, may do, after `mayfly retry`");
  } catch (const DeviceLost& error) {
    claim.reset();
    const std::string reason = fmt::format("{} was lost: {}", run.device, error.what());
    if (work_.device_lost(item))
      put_back(run, reason);
    else
      fail(run, reason + "; and so once before, while nothing else ran there");
  }
}

/// Other processes have the memory of the device; they may do the network meanwhile.
void Crew::wait_for_memory(const NetworkRun& run, const WorkList::Item& item) {
  if (settled_elsewhere(item)) return;
  if (item.first_starved)
    warn(fmt::format(
        "{} of {} of memory are free on {}, and {} needs about {}: it and others that do not fit wait "
        "until other processes leave theirs",
        memory_text(item.free_memory), memory_text(options_.devices[item.device]->total_memory()), run.device,
        run.network.spec.id, memory_text(run.network.device_memory)));
  work_.put_off(item);
}

/// A backend of a device that was checked since it was last reset.
std::unique_ptr<Backend> Crew::checked_backend(const WorkList::Item& item) {
  Device& device = *options_.devices[item.device];
  Checked& checked = checked_[item.device];
  {
    const std::lock_guard lock(checked.mutex);
    const int resets = work_.resets(item.device);
    if (checked.resets != resets)
      self_check(*device.make_backend(item.threads), options_.lifespan.arithmetic,
                 options_.self_check_expected);
    checked.resets = resets;
  }
  return device.make_backend(item.threads);
}

/// False where it was stopped in its course: the run is to stop, or another process has taken it over.
bool Crew::train_or_fail(const NetworkRun& run, Backend& backend, const Claim& claim) {
  try {
    return train(run, backend, claim);
  } catch (const OutOfDeviceMemory&) {
    throw;
  } catch (const DeviceLost&) {
    throw;
  } catch (const std::exception& error) {
    fail(run, error.what());
    return true;
  }
}

SavedLifeOptions Crew::saved_life_options(const Claim& claim) {
  return {.campaign = options_.folder,
          .checkpoint_every = options_.checkpoint_every,
          .numerics = common_numerics(options_.devices),
          .mayfly_version = options_.mayfly_version,
          .taken_over = [&claim] { return claim.lost(); },
          .warn = [this](const std::string& text) { warn(text); }};
}

bool Crew::train(const NetworkRun& run, Backend& backend, const Claim& claim) {
  const NetworkSpec& spec = run.network.spec;
  tell([&](CampaignObserver& observer) { observer.started(run); });
  SavedLife life(backend, spec, datasets_.get(spec.dataset), options_.lifespan, saved_life_options(claim),
                 journal_);
  const double from = 0.5 * static_cast<double>(life.life().halves().size());
  record([&](JournalWriter& journal) { journal.claimed(spec.id, run.network.index, from); });
  if (life.resumed()) tell_resumed(run, life.life());
  bool diverged = result_of(life.life()).diverged_since.has_value();
  const auto half_epoch = [&](const HalfEpoch& half) {
    const bool diverges_now = !diverged && !has_finite_losses(half);
    diverged = diverged || diverges_now;
    record_half(run, backend, half, diverges_now);
  };
  const LifespanResult result = life.live(half_epoch, [&] { return stop_() || claim.lost(); });
  if (result.interrupted)
    tell([&](CampaignObserver& observer) { observer.interrupted(run); });
  else
    complete(run, result);
  return !result.interrupted;
}

void Crew::tell_resumed(const NetworkRun& run, const Lifespan& life) {
  const int done = static_cast<int>(life.halves().size());
  tell([&](CampaignObserver& observer) { observer.resumed(run, done); });
}

void Crew::record_half(const NetworkRun& run, const Backend& backend, const HalfEpoch& half, bool diverged) {
  JournalPoint point{.index = run.network.index,
                     .point = half.point,
                     .correct = static_cast<std::int64_t>(half.correct),
                     .seen = static_cast<std::int64_t>(half.seen),
                     .train_seconds = half.train_seconds,
                     .val_seconds = half.validation_seconds,
                     .device = backend.description()};
  point.point.val_loss = half.val_loss_mean;
  if (options_.lifespan.val_loss == ValLossConvention::published)
    point.val_loss_published = half.point.val_loss;
  record([&](JournalWriter& journal) {
    journal.point(run.network.spec.id, point);
    if (diverged) journal.diverged(run.network.spec.id, half.point.epoch);
  });
  tell([&](CampaignObserver& observer) { observer.half_epoch(run, half); });
}

/// The journal first: what is behind a table that is there is never made again.
void Crew::complete(const NetworkRun& run, const LifespanResult& result) {
  const NetworkSpec& spec = run.network.spec;
  record([](JournalWriter& journal) { journal.sync(); });
  const auto path = campaign_table_path(options_.folder, spec, datasets_.get(spec.dataset));
  write_whole_table(path, {.spec = spec, .train_gpu = result.train_gpu, .points = result.points});
  clear_failure(options_.folder, spec.id);
  remove_checkpoints(options_.folder, {spec.id});
  record([&](JournalWriter& journal) { journal.complete(spec.id); });
  tell([&](CampaignObserver& observer) { observer.finished(run, result); });
  const std::lock_guard lock(result_mutex_);
  ++result_.finished;
  if (result.diverged_since) ++result_.diverged;
}

/// Where the failure cannot be recorded (a full disk), nothing that follows could be: that ends the run for
/// all.
void Crew::fail(const NetworkRun& run, const std::string& reason) {
  try {
    add_failure(options_.folder, run.network, reason);
  } catch (const DataError& error) {
    throw DataError(
        fmt::format("{}: {}; and this could not be recorded: {}", run.network.spec.id, reason, error.what()));
  }
  {
    const std::lock_guard lock(result_mutex_);
    ++result_.failed;
  }
  record([&](JournalWriter& journal) { journal.failed(run.network.spec.id, reason); });
  tell([&](CampaignObserver& observer) { observer.failed(run, reason); });
}

void Crew::put_back(const NetworkRun& run, const std::string& reason) {
  record([&](JournalWriter& journal) {
    journal.note(fmt::format("{}: {}; it is to be tried again alone", run.network.spec.id, reason));
  });
  tell([&](CampaignObserver& observer) { observer.put_back(run, reason); });
}

CampaignResult Crew::result() const {
  if (error_) std::rethrow_exception(error_);
  const std::size_t left = work_.left();
  const std::optional<std::string> ended = work_.ended();
  if (left > 0 && ended)
    throw DeviceError(
        fmt::format("no device is left ({}); {} network{} still to be trained: run the same command again",
                    *ended, left, left == 1 ? " is" : "s are"));
  return result_;
}

}  // namespace mayfly
