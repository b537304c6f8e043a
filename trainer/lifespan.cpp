#include "trainer/lifespan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <stdexcept>

#include "core/error.h"

namespace mayfly {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// What errors call a network.
std::string name_of(const NetworkSpec& spec) {
  return "network " + (spec.id.empty() ? std::string("without ID") : spec.id);
}

/// How `images` fall into batches; `needed` is the least number of them.
BatchPlan planned(const NetworkSpec& spec, const ImageSet& images, const char* kind, std::uint32_t needed) {
  if (spec.batch_size < 1)
    throw UsageError(
        fmt::format("{}: batch_size: expected at least 1, found {}", name_of(spec), spec.batch_size));
  const BatchPlan plan = batch_plan(images.count(), static_cast<std::uint32_t>(spec.batch_size));
  if (plan.batches >= needed) return plan;
  throw UsageError(
      fmt::format("{}: {} {} images make {} whole batches of {}; expected at least {}: use more images or a "
                  "smaller batch_size",
                  name_of(spec), images.count(), kind, plan.batches, spec.batch_size, needed));
}

/// The network's options, once the data are seen to fit it.
NetworkOptions checked_options(const NetworkSpec& spec, const Dataset& dataset,
                               const LifespanOptions& options, const StreamSeeds& seeds) {
  if (spec.classes < dataset.classes)
    throw UsageError(fmt::format("{}: FCFilters: expected at least the {} classes of {}, found {}",
                                 name_of(spec), dataset.classes, dataset.name, spec.classes));
  return {.seeds = seeds, .element_dropout = options.element_dropout};
}

StreamSeeds seeds_of(const NetworkSpec& spec, const SplitSeeds& split) {
  return {.init = split.init.value_or(spec.random_seed),
          .order = split.order.value_or(spec.random_seed),
          .dropout = split.dropout.value_or(spec.random_seed)};
}

}  // namespace

bool has_finite_losses(const HalfEpoch& half) {
  return std::isfinite(half.point.train_loss) && std::isfinite(half.val_loss_mean);
}

int half_epoch_count(double epochs) {
  const double halves = 2 * epochs;
  if (!(halves >= 1) || halves != std::floor(halves) || halves > 1e6)
    throw UsageError(fmt::format("epochs: expected a multiple of 0.5 from 0.5 up, found {}", epochs));
  return static_cast<int>(halves);
}

Lifespan::Lifespan(Backend& backend, const NetworkSpec& spec, const Dataset& dataset,
                   const LifespanOptions& options)
    : backend_(backend),
      dataset_(dataset),
      options_(options),
      seeds_(seeds_of(spec, options.seeds)),
      total_(static_cast<std::size_t>(half_epoch_count(options.epochs))),
      momentum_(spec.sgd.momentum != 0),
      training_(planned(spec, dataset.train, "training", 2)),
      validation_(planned(spec, dataset.validation, "validation", 1)),
      validation_images_(std::uint64_t{validation_.batches} * static_cast<std::uint64_t>(spec.batch_size)),
      training_set_(backend.make_dataset(dataset.train.pixels, dataset.train.labels, dataset.train.image)),
      validation_set_(backend.make_dataset(dataset.validation.pixels, dataset.validation.labels,
                                           dataset.validation.image)),
      network_(backend, spec, dataset.train.image,
               pixel_table(options.normalize, dataset.train.pixels, dataset.train.image),
               checked_options(spec, dataset, options, seeds_)),
      training_pace_(backend, options.most_seconds_ahead),
      validation_pace_(backend, options.most_seconds_ahead),
      training_timer_(backend.make_timer()),
      validation_timer_(backend.make_timer()) {
  network_.initialise();
}

Lifespan::~Lifespan() = default;

std::optional<HalfEpoch> Lifespan::next(const StopCheck& stop, const StopCheck& pause) {
  if (finished()) throw std::logic_error("lifespan: its epochs are over");
  std::optional<HalfEpoch> half = hopeless_ ? known_row() : train_and_validate(stop, pause);
  if (!half) return half;
  hopeless_ =
      hopeless_ || (options_.fill_known_rows && !has_finite_losses(*half) && network_.hopelessly_diverged());
  halves_.push_back(*half);
  under_way_ = false;
  train_seconds_ = 0;
  return half;
}

void Lifespan::set_order() {
  network_.set_order(batch_order(seeds_.order, epoch(), static_cast<std::uint32_t>(dataset_.train.count())));
}

void Lifespan::begin_half() {
  if (first_half()) {
    set_order();
    backend_.set_counters({.epoch = epoch(), .step = 0, .updates = backend_.counters().updates});
  }
  backend_.reset_sums();
  under_way_ = true;
}

bool Lifespan::train_batches(const StopCheck& stop, const StopCheck& pause) {
  training_pace_.begin();
  while (backend_.counters().step < end_batch()) {
    if (stop_requested(stop) || stop_requested(pause)) return false;
    network_.train_step(*training_set_);
    training_pace_.between();
    train_gpu_ = train_gpu_ || backend_.is_cuda();
  }
  return true;
}

bool Lifespan::validate(const StopCheck& stop) {
  validation_timer_->start();
  validation_pace_.begin();
  const bool whole = evaluate(backend_, network_, *validation_set_, validation_.batches, [&] {
    validation_pace_.between();
    return stop_requested(stop);
  });
  validation_timer_->stop();
  return whole;
}

/// Reads once, after both passes: only then is the device waited for.
std::optional<HalfEpoch> Lifespan::train_and_validate(const StopCheck& stop, const StopCheck& pause) {
  training_timer_->start();
  if (!under_way_) begin_half();
  const bool trained = train_batches(stop, pause);
  training_timer_->stop();
  const bool whole = trained && validate(stop);
  const BatchSums sums = backend_.read_sums();
  train_seconds_ += training_timer_->seconds();
  if (!whole) return std::nullopt;
  return trained_row(sums);
}

HalfEpoch Lifespan::trained_row(const BatchSums& sums) const {
  const auto& [trained, validated] = sums;
  HalfEpoch half{.val_loss_mean = validation_loss(validated, ValLossConvention::mean),
                 .correct = validated.correct,
                 .seen = validated.seen,
                 .train_seconds = train_seconds_,
                 .validation_seconds = validation_timer_->seconds()};
  half.point = {.epoch = epoch_after(),
                .train_loss = trained.loss / static_cast<double>(trained.batches),
                .val_loss = validation_loss(validated, options_.val_loss),
                .val_acc = accuracy_percent(validated.correct, validated.seen)};
  return half;
}

HalfEpoch Lifespan::known_row() const {
  const auto seen = std::span(dataset_.validation.labels).first(validation_images_);
  HalfEpoch half{.val_loss_mean = kNan, .seen = seen.size(), .trained = false};
  half.correct = static_cast<std::uint64_t>(std::count(seen.begin(), seen.end(), std::uint8_t{0}));
  half.point = {.epoch = epoch_after(),
                .train_loss = kNan,
                .val_loss = kNan,
                .val_acc = accuracy_percent(half.correct, half.seen)};
  return half;
}

LifespanResult result_of(const Lifespan& life) {
  LifespanResult result{.interrupted = !life.finished(), .train_gpu = life.train_gpu()};
  for (const HalfEpoch& half : life.halves()) {
    if (!result.diverged_since && !has_finite_losses(half)) result.diverged_since = half.point.epoch;
    result.points.push_back(half.point);
    result.seconds += half.train_seconds + half.validation_seconds;
  }
  return result;
}

LifespanResult live(Backend& backend, const NetworkSpec& spec, const Dataset& dataset,
                    const LifespanOptions& options, const HalfEpochCallback& callback,
                    const StopCheck& stop) {
  Lifespan life(backend, spec, dataset, options);
  while (!life.finished()) {
    const std::optional<HalfEpoch> half = life.next(stop);
    if (!half) break;
    if (callback) callback(*half);
  }
  return result_of(life);
}

}  // namespace mayfly
