// Trains the network of a table anew and compares the two courses row by row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "recorder/run_conventions.h"
#include "recorder/table.h"
#include "trainer/lifespan.h"
#include "trainer/stop.h"

namespace mayfly {

/// What is asked for by name; everything else is found out by resolve_conventions().
struct ReplayOptions {
  std::optional<Normalize> normalize = std::nullopt;
  std::optional<bool> element_dropout = std::nullopt;
  std::optional<ValLossConvention> val_loss = std::nullopt;
  std::optional<Arithmetic> arithmetic = std::nullopt;
  std::optional<double> epochs = std::nullopt;  ///< at most those of the table
  SplitSeeds seeds;
};

/// How a table is replayed, and how that is known.
struct ReplayConventions {
  RunConventions values;
  std::string source;                     ///< "campaign.json", "published conventions" or "defaults"
  std::vector<std::string> from_options;  ///< keys that the options decided
  /// Conventions were assumed, not recorded: a difference may come from them.
  bool assumed() const { return source != "campaign.json"; }
};

/// What a table does not hold: from `options`, else the campaign.json beside `table_file`, else the defaults
/// and, where torch_set_deterministic is False, the published conventions (normalize half, val_loss
/// published, channel dropout). `epochs` is that of the last row of the table unless the options say less.
/// train_images and validation_images are those recorded, 0 where they are not: the caller loads as many.
/// Errors: UsageError where the rows are not 0.5, 1.0, 1.5, ... or the conventions are beyond this version.
ReplayConventions resolve_conventions(const Table& table, const std::filesystem::path& table_file,
                                      const ReplayOptions& options);

/// Seed of replay k: the table's own for k = 0, else network_seed(random_seed, k).
std::uint32_t replay_seed(std::uint32_t random_seed, std::uint32_t k);

/// One life of the table's network.
struct ReplayCourse {
  std::uint32_t random_seed = 0;
  std::vector<Point> points;
  std::optional<double> diverged_since = std::nullopt;
  bool train_gpu = false;
};

/// Lowest and highest value of each column over the courses, where it is finite (NaN where it never is).
struct PointRange {
  Point lowest;
  Point highest;
};

struct ReplayRow {
  Point table;
  Point replay;        ///< of the table's own seed
  Point difference;    ///< replay - table; epoch is the row's. 0 where both are NaN or the same infinity
  bool equal = false;  ///< same numbers; NaN equals NaN
  PointRange range;    ///< over all seeds
};

struct ReplayResult {
  std::vector<ReplayCourse> courses;  ///< by seed, the table's own first
  std::vector<ReplayRow> rows;
  bool equal = false;  ///< every row
  Point largest;  ///< largest absolute differences; NaN where one side is no number; epoch: first row that
                  ///< differs, or 0
  bool same_images =
      true;  ///< counts are those recorded or, where none are, the official ones; else only courses compare
  bool interrupted = false;  ///< rows and courses are those lived so far
};

struct ReplayPlan {
  std::uint32_t seeds = 1;  ///< --seeds K
  std::string device;       ///< as of open_device()
  int threads = 1;
};

/// Called after every half epoch of replay k.
using ReplayCallback = std::function<void(std::uint32_t k, const HalfEpoch& half)>;

/// Errors: those of live(); DeviceError where the self-check fails.
ReplayResult replay(const Table& table, const Dataset& dataset, const ReplayConventions& conventions,
                    const ReplayPlan& plan, const ReplayCallback& callback = {}, const StopCheck& stop = {});

}  // namespace mayfly
