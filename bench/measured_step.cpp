#include "bench/measured_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "bench/copy_rate.h"
#include "bench/drawn_networks.h"

namespace mayfly::bench {
namespace {

constexpr double kSeconds = 0.5;       // of all steps
constexpr double kTurnSeconds = 0.05;  // then the peak is measured anew: clocks and neighbours change

/// Steps for about so long; how many.
int run_for(RepeatedStep& step, double seconds) {
  using Clock = std::chrono::steady_clock;
  int steps = 0;
  for (const auto begin = Clock::now(); Clock::now() - begin < std::chrono::duration<double>(seconds);
       ++steps)
    step.run();
  return steps;
}

double sum_of_seconds(const std::deque<OperationCost>& costs) {
  double seconds = 0;
  for (const OperationCost& cost : costs) seconds += cost.seconds;
  return seconds;
}

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
    : images_(images_for(named, 1)),
      backend_(subject.device->make_backend(1)),
      step_(named, images_, backend_) {
  bytes_ = static_cast<double>(backend_.allocated());
  bytes_per_second_ = backend_.is_cuda() ? subject.peak.bytes : copy_rate(backend_.allocated());
  step_.run();
  step_.run();
  backend_.reset();
  int steps = 0, turns = 0;
  for (; turns == 0 || sum_of_seconds(backend_.costs()) < kSeconds; ++turns) {
    peak_flops_ += subject.device->peak().flops;
    steps += run_for(step_, kTurnSeconds);
  }
  peak_flops_ /= turns;
  seconds_ = sum_of_seconds(backend_.costs()) / steps;
  costs_.assign(backend_.costs().begin(), backend_.costs().end());
  for (OperationCost& cost : costs_)
    for (double* total : {&cost.seconds, &cost.flops, &cost.bytes}) *total /= steps;
}

double MeasuredStep::bound(const OperationCost& cost) const {
  const auto at_least = [](double work, double rate) { return rate > 0 ? work / rate : 0; };  // 0: not known
  return std::max(at_least(cost.flops, peak_flops_), at_least(cost.bytes, bytes_per_second_));
}

double MeasuredStep::bound() const {
  double seconds = 0;
  for (const OperationCost& cost : costs_) seconds += bound(cost);
  return seconds;
}

}  // namespace mayfly::bench
