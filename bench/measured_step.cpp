#include "bench/measured_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "bench/copy_rate.h"
#include "bench/drawn_networks.h"
#include "nn/normalize.h"
#include "trainer/self_test/layer_bench.h"

namespace mayfly::bench {
namespace {

/// Steps of an epoch: the device counts them by itself, and the host only begins anew after so many.
constexpr std::uint32_t kSteps = 256;
constexpr double kSeconds = 0.5;

}  // namespace

NamedNetwork network_called(const std::string& name) {
  for (const NamedNetwork& named : named_networks())
    if (named.name == name) return named;
  constexpr std::string_view kDrawn = "published_";
  std::uint32_t index = 0;
  if (name.starts_with(kDrawn)) {
    const char* number = name.data() + kDrawn.size();
    if (std::from_chars(number, name.data() + name.size(), index).ec == std::errc())
      return drawn_network(index);
  }
  throw UsageError(fmt::format("'{}': expected a named network or published_N", name));
}

RepeatedStep::RepeatedStep(const NamedNetwork& named, Backend& backend)
    : images_(named.image, named.spec.classes, static_cast<std::size_t>(named.spec.batch_size)),
      backend_(backend),
      dataset_(backend.make_dataset(images_.pixels, images_.labels, named.image)),
      network_(backend, named.spec, named.image, pixel_table(Normalize::half, {}, named.image), {}) {
  const auto batch_size = static_cast<std::size_t>(named.spec.batch_size);
  network_.initialise();
  network_.set_order(cyclic_order(kSteps * batch_size, batch_size));
}

void RepeatedStep::run() {
  if (backend_.counters().step == kSteps) backend_.set_counters({.updates = 1});
  network_.train_step(*dataset_);
}

double RepeatedStep::flops() const {
  return training_flops(network_.shapes());
}

MeasuredStep::MeasuredStep(const NamedNetwork& named, const Subject& subject)
    : peak_(subject.peak), backend_(subject.device->make_backend(1)), step_(named, backend_) {
  using Clock = std::chrono::steady_clock;
  bytes_ = static_cast<double>(backend_.allocated());
  bytes_per_second_ = backend_.is_cuda() ? peak_.bytes : copy_rate(backend_.allocated());
  step_.run();
  step_.run();
  backend_.reset();
  int steps = 0;
  for (const auto begin = Clock::now(); Clock::now() - begin < std::chrono::duration<double>(kSeconds);
       ++steps)
    step_.run();
  costs_.assign(backend_.costs().begin(), backend_.costs().end());
  for (OperationCost& cost : costs_) {
    for (double* total : {&cost.seconds, &cost.flops, &cost.bytes}) *total /= steps;
    seconds_ += cost.seconds;
  }
}

double MeasuredStep::bound(const OperationCost& cost) const {
  const auto at_least = [](double work, double rate) { return rate > 0 ? work / rate : 0; };  // 0: not known
  return std::max(at_least(cost.flops, peak_.flops), at_least(cost.bytes, bytes_per_second_));
}

double MeasuredStep::bound() const {
  double seconds = 0;
  for (const OperationCost& cost : costs_) seconds += bound(cost);
  return seconds;
}

}  // namespace mayfly::bench
