// One network's whole life: train half an epoch, validate, report, until its epochs are over.
//
// An epoch of N images has n = floor(N/b) batches; half epoch 1 ends after floor(n/2) of them, half epoch 2
// after n. After each one the network is validated (trainer/evaluate.h). trainLoss is the mean of the batch
// losses of that half epoch: their sum in binary64, divided once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/network_spec.h"
#include "data/batch_order.h"
#include "data/dataset.h"
#include "kernels/backend.h"
#include "nn/network.h"
#include "nn/normalize.h"
#include "recorder/table.h"
#include "trainer/evaluate.h"
#include "trainer/pace.h"
#include "trainer/stop.h"

namespace mayfly {

/// Seeds of streams that are held apart from random_seed, to tell noise from structure.
struct SplitSeeds {
  std::optional<std::uint32_t> init = std::nullopt;
  std::optional<std::uint32_t> order = std::nullopt;
  std::optional<std::uint32_t> dropout = std::nullopt;
  bool operator==(const SplitSeeds&) const = default;
};

struct LifespanOptions {
  double epochs = 40;  ///< a multiple of 0.5
  Normalize normalize = Normalize::half;
  bool element_dropout = false;  ///< conv_dropout = "element"
  ValLossConvention val_loss = ValLossConvention::mean;
  SplitSeeds seeds;
  /// What the device computes in, for the records: the backend is made before.
  Arithmetic arithmetic = Arithmetic::exact;
  /// Rows of a network that cannot recover are known without training it on (design: divergence). Off for the
  /// test that they are the same.
  bool fill_known_rows = true;
  /// Seconds of steps that may be under way on a device before it is waited for (trainer/pace.h): how soon a
  /// stop is answered.
  double most_seconds_ahead = 1;
};

/// Half epochs in `epochs`; UsageError where it is no positive multiple of 0.5.
int half_epoch_count(double epochs);

/// What half an epoch brought.
struct HalfEpoch {
  Point point;               ///< val_loss in the convention of the options
  double val_loss_mean = 0;  ///< the true mean over the validation batches
  std::uint64_t correct = 0;
  std::uint64_t seen = 0;  ///< validation images
  double train_seconds = 0;
  double validation_seconds = 0;
  bool trained = true;  ///< false: filled in, see LifespanOptions::fill_known_rows
};

/// Whether training and validation loss are numbers; a network has diverged where they are not.
bool has_finite_losses(const HalfEpoch& half);

/// Where a life stands between two batches: all that its rest depends on, in logical order. In exact
/// arithmetic the rest has the same bits on any backend.
struct LifespanState {
  std::vector<HalfEpoch> halves;  ///< those that are over
  bool hopeless = false;          ///< the remaining rows are known
  bool train_gpu = false;         ///< some of its batches were trained on a GPU
  StepCounters counters;
  LossSums sums;             ///< of the training batches of the half epoch under way; none: it has not begun
  double train_seconds = 0;  ///< that they took
  std::vector<float> parameters;
  std::vector<float> momentum;  ///< empty where it is off
};

/// A network in the midst of its life.
class Lifespan {
 public:
  /// Sets the network up and draws its parameters. All references must outlive it. Errors: UsageError where
  /// the network does not fit the images, where there are fewer than two training batches or one validation
  /// batch, or fewer outputs than classes; DeviceError where memory runs out.
  Lifespan(Backend& backend, const NetworkSpec& spec, const Dataset& dataset, const LifespanOptions& options);
  ~Lifespan();
  Lifespan(const Lifespan&) = delete;
  Lifespan& operator=(const Lifespan&) = delete;

  bool finished() const { return halves_.size() == total_; }
  /// Those that are over, from the first one.
  const std::vector<HalfEpoch>& halves() const { return halves_; }
  bool train_gpu() const { return train_gpu_; }
  /// SGD steps so far.
  std::uint64_t updates() const { return backend_.counters().updates; }

  /// Lives the next half epoch, or what is left of it. Empty where `stop` said so between two batches, or
  /// `pause` between two training batches; then save() and next() go on from there (a validation pass begins
  /// anew). Requires !finished(). A stop is answered within about two seconds and a batch: up to one of
  /// training steps and one of validation steps may be under way (trainer/pace.h).
  std::optional<HalfEpoch> next(const StopCheck& stop, const StopCheck& pause = {});

  /// Where it stands, after next() or before.
  LifespanState save();

  /// Goes on from there; *this must be new, and both of the same network, data and options but epochs and
  /// backend. DataError (what, expected, found) where the state cannot be of this life, which then is still
  /// new.
  void restore(const LifespanState& state);

  /// What restore() wants of a state's parameters.
  std::size_t parameter_count() const;
  /// Half epochs of the whole life.
  std::size_t half_epochs() const { return total_; }

 private:
  /// Epoch of the next half epoch, and its batches.
  std::uint32_t epoch() const { return static_cast<std::uint32_t>(halves_.size() / 2); }
  bool first_half() const { return halves_.size() % 2 == 0; }
  std::uint32_t end_batch() const { return first_half() ? training_.first_half() : training_.batches; }
  double epoch_after() const { return static_cast<double>(halves_.size() + 1) * 0.5; }

  void set_order();
  void begin_half();
  bool train_batches(const StopCheck& stop, const StopCheck& pause);
  bool validate(const StopCheck& stop);
  std::optional<HalfEpoch> train_and_validate(const StopCheck& stop, const StopCheck& pause);
  HalfEpoch trained_row(const BatchSums& sums) const;
  HalfEpoch known_row() const;
  void require_fits(const LifespanState& state) const;

  Backend& backend_;
  const Dataset& dataset_;
  LifespanOptions options_;
  StreamSeeds seeds_;
  std::size_t total_;  // half epochs
  bool momentum_;
  BatchPlan training_;
  BatchPlan validation_;
  std::uint64_t validation_images_;  // seen by a pass
  std::unique_ptr<DeviceDataset> training_set_;
  std::unique_ptr<DeviceDataset> validation_set_;
  Network network_;
  Pace training_pace_;
  Pace validation_pace_;
  std::unique_ptr<DeviceTimer> training_timer_;
  std::unique_ptr<DeviceTimer> validation_timer_;
  std::vector<HalfEpoch> halves_;
  bool under_way_ = false;    // the next half epoch has begun
  double train_seconds_ = 0;  // of it
  bool hopeless_ = false;
  bool train_gpu_ = false;
};

struct LifespanResult {
  std::vector<Point> points;  ///< all rows, unless interrupted
  bool interrupted = false;
  bool train_gpu = false;  ///< some of its batches were trained on a GPU
  std::optional<double> diverged_since =
      std::nullopt;    ///< epoch of the first row with a loss that is not finite
  double seconds = 0;  ///< training and validation
};

/// What a life has brought so far.
LifespanResult result_of(const Lifespan& life);

/// Called after every half epoch.
using HalfEpochCallback = std::function<void(const HalfEpoch&)>;

/// A whole life, from the first half epoch to the last or until `stop`. Errors as of Lifespan, and whatever
/// `callback` throws.
LifespanResult live(Backend& backend, const NetworkSpec& spec, const Dataset& dataset,
                    const LifespanOptions& options, const HalfEpochCallback& callback = {},
                    const StopCheck& stop = {});

}  // namespace mayfly
