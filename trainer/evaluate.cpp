#include "trainer/evaluate.h"

namespace mayfly {

double validation_loss(const LossSums& sums, ValLossConvention convention) {
  const std::uint64_t divisor = sums.batches + (convention == ValLossConvention::published ? 1 : 0);
  return sums.loss / static_cast<double>(divisor);
}

double accuracy_percent(std::uint64_t correct, std::uint64_t seen) {
  return 100.0 * static_cast<double>(correct) / static_cast<double>(seen);
}

bool evaluate(Backend& backend, Network& network, const DeviceDataset& dataset, std::uint32_t batches,
              const StopCheck& stop) {
  const StepCounters place = backend.counters();
  backend.set_counters({.epoch = place.epoch, .step = 0, .updates = place.updates});
  backend.set_sums(BatchKind::evaluated, {});
  std::uint32_t batch = 0;
  for (; batch < batches && !stop_requested(stop); ++batch) network.evaluate_step(dataset);
  backend.set_counters(place);
  return batch == batches;
}

}  // namespace mayfly
