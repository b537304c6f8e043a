#include "trainer/evaluate.h"

namespace mayfly {

double validation_loss(const LossSums& sums, ValLossConvention convention) {
  const std::uint64_t divisor = sums.batches + (convention == ValLossConvention::published ? 1 : 0);
  return sums.loss / static_cast<double>(divisor);
}

double accuracy_percent(std::uint64_t correct, std::uint64_t seen) {
  return 100.0 * static_cast<double>(correct) / static_cast<double>(seen);
}

std::optional<LossSums> evaluate(Backend& backend, Network& network, const DeviceDataset& dataset,
                                 std::uint32_t batches, const StopCheck& stop) {
  const StepCounters place = backend.counters();
  backend.set_counters({.epoch = place.epoch, .step = 0, .updates = place.updates});
  backend.reset_sums();
  for (std::uint32_t batch = 0; batch < batches; ++batch) {
    if (stop_requested(stop)) return std::nullopt;
    network.evaluate_step(dataset);
  }
  const LossSums sums = backend.read_sums();
  backend.reset_sums();
  backend.set_counters(place);
  return sums;
}

}  // namespace mayfly
