#include "bench/repeated_step.h"

#include "nn/normalize.h"
#include "trainer/self_test/layer_bench.h"

namespace mayfly::bench {
namespace {

/// Steps of an epoch: the device counts them by itself, and the host only begins anew after so many.
constexpr std::uint32_t kSteps = 256;

}  // namespace

RandomImages images_for(const NamedNetwork& named, int batches) {
  return {named.image, named.spec.classes, static_cast<std::size_t>(batches * named.spec.batch_size)};
}

RepeatedStep::RepeatedStep(const NamedNetwork& named, const RandomImages& images, Backend& backend)
    : backend_(backend),
      dataset_(backend.make_dataset(images.pixels, images.labels, named.image)),
      network_(backend, named.spec, named.image, pixel_table(Normalize::half, {}, named.image), {}) {
  network_.initialise();
  network_.set_order(
      cyclic_order(kSteps * static_cast<std::size_t>(named.spec.batch_size), images.labels.size()));
}

void RepeatedStep::run() {
  if (backend_.counters().step == kSteps) backend_.set_counters({.updates = 1});
  network_.train_step(*dataset_);
}

double RepeatedStep::flops() const {
  return training_flops(network_.shapes());
}

}  // namespace mayfly::bench
