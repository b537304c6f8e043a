#include "bench/measured_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "bench/copy_rate.h"
#include "bench/drawn_networks.h"

namespace mayfly::bench {
namespace {

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

MeasuredStep::MeasuredStep(const NamedNetwork& named, const Subject& subject)
    : peak_(subject.peak),
      images_(images_for(named, 1)),
      backend_(subject.device->make_backend(1)),
      step_(named, images_, backend_) {
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
