// Saving and restoring a life.
#include <fmt/format.h>

#include <stdexcept>

#include "core/error.h"
#include "trainer/lifespan.h"

namespace mayfly {
namespace {

template <class Value>
void require_equal(const char* what, const Value& expected, const Value& found) {
  if (expected != found) throw DataError(fmt::format("{}: expected {}, found {}", what, expected, found));
}

template <class Value>
void require_at_most(const char* what, const Value& most, const Value& found) {
  if (found > most) throw DataError(fmt::format("{}: expected at most {}, found {}", what, most, found));
}

}  // namespace

LifespanState Lifespan::save() {
  LifespanState state{.halves = halves_,
                      .hopeless = hopeless_,
                      .train_gpu = train_gpu_,
                      .counters = backend_.counters(),
                      .parameters = network_.export_parameters(),
                      .momentum = network_.export_momentum()};
  if (!under_way_) return state;
  state.sums = backend_.read_sums().trained;
  state.train_seconds = train_seconds_;
  return state;
}

void Lifespan::restore(const LifespanState& state) {
  if (!halves_.empty() || under_way_) throw std::logic_error("lifespan: restored in its course");
  require_fits(state);
  network_.import_parameters(state.parameters);
  network_.import_momentum(state.momentum);
  halves_ = state.halves;
  hopeless_ = state.hopeless;
  train_gpu_ = state.train_gpu;
  under_way_ = state.sums.batches > 0;
  train_seconds_ = state.train_seconds;
  if (!first_half() || under_way_) set_order();
  backend_.set_counters(state.counters);
  backend_.set_sums(BatchKind::trained, state.sums);
}

std::size_t Lifespan::parameter_count() const {
  return static_cast<std::size_t>(network_.shapes().parameter_count());
}

/// The counters follow from the half epochs and the batches since, but for a hopeless life, whose counters
/// stand still.
void Lifespan::require_fits(const LifespanState& state) const {
  const std::size_t halves = state.halves.size();
  require_at_most("half epochs", total_, halves);
  for (std::size_t i = 0; i < halves; ++i)
    require_equal("epoch of a row", static_cast<double>(i + 1) * 0.5, state.halves[i].point.epoch);
  require_equal("parameters", parameter_count(), state.parameters.size());
  require_equal("momentum", momentum_ ? parameter_count() : 0, state.momentum.size());
  const bool second = halves % 2 == 1;
  const std::uint32_t first = second ? training_.first_half() : 0;
  const std::uint32_t end = second ? training_.batches : training_.first_half();
  require_at_most<std::uint64_t>("batches of the half epoch", state.hopeless ? 0 : end - first,
                                 state.sums.batches);
  if (state.hopeless) return;
  const std::uint64_t step = first + state.sums.batches;
  const std::uint64_t updates = halves / 2 * training_.batches + step;
  require_equal("SGD steps", updates, state.counters.updates);
  if (step == 0) return;  // the epoch begins anew, wherever the last one ended
  require_equal<std::uint64_t>("epoch", halves / 2, state.counters.epoch);
  require_equal<std::uint64_t>("batch", step, state.counters.step);
}

}  // namespace mayfly
