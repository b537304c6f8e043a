#include "trainer/worker.h"

#include <initializer_list>

#include "recorder/tables_folder.h"
#include "trainer/failure_file.h"

namespace mayfly {

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
  bool checked = false;
  while (!stop_()) {
    const std::optional<WorkList::Item> item = work_.take();
    if (!item) return;
    const std::unique_ptr<Backend> backend = make_backend(options_.device, item->threads);
    if (!checked) self_check(*backend, options_.self_check_expected);
    checked = true;
    const NetworkRun run{.network = *item->network,
                         .worker = worker,
                         .threads = item->threads,
                         .half_epochs = half_epoch_count(options_.lifespan.epochs)};
    try {
      train(run, *backend);
    } catch (const std::exception& error) {
      fail(run, error.what());
    }
    work_.done();
  }
}

void Crew::train(const NetworkRun& run, Backend& backend) {
  const NetworkSpec& spec = run.network.spec;
  journal_.claimed(spec.id, run.network.index);
  tell([&](CampaignObserver& observer) { observer.started(run); });
  bool diverged = false;
  const auto half_epoch = [&](const HalfEpoch& half) {
    const bool diverges_now = !diverged && !has_finite_losses(half);
    diverged = diverged || diverges_now;
    record(run, backend, half, diverges_now);
  };
  const LifespanResult result =
      live(backend, spec, datasets_.get(spec.dataset), options_.lifespan, half_epoch, stop_);
  if (result.interrupted)
    tell([&](CampaignObserver& observer) { observer.interrupted(run); });
  else
    complete(run, result);
}

void Crew::record(const NetworkRun& run, const Backend& backend, const HalfEpoch& half, bool diverged) {
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
  journal_.point(run.network.spec.id, point);
  if (diverged) journal_.diverged(run.network.spec.id, half.point.epoch);
  tell([&](CampaignObserver& observer) { observer.half_epoch(run, half); });
}

void Crew::complete(const NetworkRun& run, const LifespanResult& result) {
  const NetworkSpec& spec = run.network.spec;
  const auto path = campaign_table_path(options_.folder, spec, datasets_.get(spec.dataset));
  write_table(path.parent_path(), {.spec = spec, .points = result.points});
  clear_failure(options_.folder, spec.id);
  journal_.complete(spec.id);
  tell([&](CampaignObserver& observer) { observer.finished(run, result); });
  const std::lock_guard lock(result_mutex_);
  ++result_.finished;
  if (result.diverged_since) ++result_.diverged;
}

void Crew::fail(const NetworkRun& run, const std::string& reason) {
  {
    const std::lock_guard lock(result_mutex_);
    ++result_.failed;
  }
  const auto try_to = [](const auto& report) {
    try {
      report();
    } catch (const std::exception&) {  // e.g. the disk that was too full for the table: the others still tell
    }
  };
  try_to([&] { add_failure(options_.folder, run.network, reason); });
  try_to([&] { journal_.failed(run.network.spec.id, reason); });
  try_to([&] { tell([&](CampaignObserver& observer) { observer.failed(run, reason); }); });
}

CampaignResult Crew::result() const {
  if (error_) std::rethrow_exception(error_);
  return result_;
}

}  // namespace mayfly
