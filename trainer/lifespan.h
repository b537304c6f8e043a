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

/// A network in the midst of its life. What a checkpoint has to hold is here: the network's parameters and
/// momentum, the backend's counters, half_epochs_done() and the points so far.
class Lifespan {
 public:
  /// Sets the network up and draws its parameters. All references must outlive it. Errors: UsageError where
  /// the network does not fit the images, where there are fewer than two training batches or one validation
  /// batch, or fewer outputs than classes; DeviceError where memory runs out.
  Lifespan(Backend& backend, const NetworkSpec& spec, const Dataset& dataset, const LifespanOptions& options);
  ~Lifespan();
  Lifespan(const Lifespan&) = delete;
  Lifespan& operator=(const Lifespan&) = delete;

  bool finished() const { return done_ == total_; }
  int half_epochs_done() const { return done_; }

  /// Lives the next half epoch; empty where `stop` said so in its course, after which the Lifespan is of no
  /// more use. Requires !finished().
  std::optional<HalfEpoch> next(const StopCheck& stop);

 private:
  void begin_epoch(std::uint32_t epoch);
  bool train_batches(std::uint32_t end, const StopCheck& stop);
  std::optional<HalfEpoch> train_and_validate(const StopCheck& stop);
  HalfEpoch known_row() const;
  double epoch_after() const { return (done_ + 1) * 0.5; }

  Backend& backend_;
  const Dataset& dataset_;
  LifespanOptions options_;
  StreamSeeds seeds_;
  int total_;
  int done_ = 0;
  BatchPlan training_;
  BatchPlan validation_;
  std::uint64_t validation_images_;  // seen by a pass
  std::unique_ptr<DeviceDataset> training_set_;
  std::unique_ptr<DeviceDataset> validation_set_;
  Network network_;
  bool hopeless_ = false;
};

struct LifespanResult {
  std::vector<Point> points;  ///< all rows, unless interrupted
  bool interrupted = false;
  std::optional<double> diverged_since =
      std::nullopt;    ///< epoch of the first row with a loss that is not finite
  double seconds = 0;  ///< training and validation
};

/// Called after every half epoch.
using HalfEpochCallback = std::function<void(const HalfEpoch&)>;

/// A whole life, from the first half epoch to the last or until `stop`. Errors as of Lifespan, and whatever
/// `callback` throws.
LifespanResult live(Backend& backend, const NetworkSpec& spec, const Dataset& dataset,
                    const LifespanOptions& options, const HalfEpochCallback& callback = {},
                    const StopCheck& stop = {});

}  // namespace mayfly
