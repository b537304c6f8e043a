#include "plot/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mayfly {
namespace {

constexpr double kLogarithmicBeyond = 20;
constexpr double kSmallestSpan = 0.01;  // relative: below it, tick labels would need too many digits

constexpr double kLargest =
    1e300;  // what lies beyond is drawn at the edge; round numbers above it stay finite

/// The smallest 1, 2 or 5 times a power of ten that cuts `span` into fewer than `max_ticks` pieces.
double round_step(double span, int max_ticks) {
  const double rough = span / std::max(1, max_ticks - 1);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

std::string tick_label(double value, double step) {
  if (std::abs(value) >= 1e5 || step < 1e-5) return fmt::format("{:.6g}", value);
  const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  return fmt::format("{:.{}f}", value == 0 ? 0.0 : value, decimals);
}

std::vector<Tick> linear_ticks(double low, double high, double step) {
  std::vector<Tick> ticks;
  const double last = std::floor(high / step + 1e-9);
  for (double i = std::ceil(low / step - 1e-9); i <= last; ++i)
    ticks.push_back({i * step, tick_label(i * step, step)});
  return ticks;
}

std::string power_label(double value) {
  return value >= 1e-4 && value < 1e5 ? fmt::format("{:g}", value) : fmt::format("{:.0e}", value);
}

/// Ticks at `factors` times every `stride`-th power of ten.
std::vector<Tick> power_ticks(double low, double high, int stride, const std::vector<double>& factors) {
  std::vector<Tick> ticks;
  const int first = static_cast<int>(std::floor(std::log10(low) / stride)) * stride;
  for (int exponent = first; std::pow(10.0, exponent) <= high; exponent += stride)
    for (const double factor : factors) {
      const double value = factor * std::pow(10.0, exponent);
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9))
        ticks.push_back({value, power_label(value)});
    }
  return ticks;
}

/// The densest ticks that are not too many.
std::vector<Tick> logarithmic_ticks(double low, double high, int max_ticks) {
  const std::size_t limit = static_cast<std::size_t>(std::max(2, max_ticks));
  for (const std::vector<double>& factors : {std::vector<double>{1, 2, 5}, {1, 3}, {1}}) {
    std::vector<Tick> ticks = power_ticks(low, high, 1, factors);
    if (ticks.size() <= limit) return ticks;
  }
  for (int stride = 2;; ++stride) {
    std::vector<Tick> ticks = power_ticks(low, high, stride, {1});
    if (ticks.size() <= limit) return ticks;
  }
}

/// The nearest of a few round numbers at or below `value`, or at or above it.
double round_down(double value) {
  const double power = std::pow(10.0, std::floor(std::log10(value)));
  double result = power;
  for (const double factor : {1.0, 1.5, 2.0, 3.0, 5.0, 7.0})
    if (factor * power <= value * (1 + 1e-9)) result = factor * power;
  return result;
}

double round_up(double value) {
  const double power = std::pow(10.0, std::floor(std::log10(value)));
  for (const double factor : {1.0, 1.5, 2.0, 3.0, 5.0, 7.0})
    if (factor * power >= value * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

Axis logarithmic_axis(double lowest, double highest, int max_ticks) {
  const double low = round_down(lowest);
  const double high = round_up(highest);
  return {.low = low, .high = high, .logarithmic = true, .ticks = logarithmic_ticks(low, high, max_ticks)};
}

}  // namespace

double Axis::position(double value) const {
  const double at = logarithmic ? std::log(std::max(value, low) / low) / std::log(high / low)
                                : (value - low) / (high - low);
  return std::isnan(value) ? value : std::clamp(at, 0.0, 1.0);
}

void ValueRange::add(double value) {
  if (!std::isfinite(value)) return;
  value = std::clamp(value, -kLargest, kLargest);
  low_ = std::min(low_, value);
  high_ = std::max(high_, value);
  if (value > 0) lowest_positive_ = std::min(lowest_positive_, value);
}

Axis epoch_axis(double last, int max_ticks) {
  const double step = std::max(0.5, round_step(last, max_ticks));
  return {.low = 0, .high = last, .ticks = linear_ticks(0, last, step)};
}

Axis percent_axis(double highest, int max_ticks) {
  const double top = std::clamp(highest, 0.1, 100.0);
  const double step = round_step(top, max_ticks);
  const double high = std::min(100.0, std::ceil(top / step - 1e-9) * step);
  return {.low = 0, .high = high, .ticks = linear_ticks(0, high, step)};
}

Axis loss_axis(const ValueRange& range, int max_ticks) {
  if (range.empty()) return {.low = 0, .high = 1, .ticks = linear_ticks(0, 1, round_step(1, max_ticks))};
  const double lowest = range.lowest_positive();
  if (range.low() >= 0 && range.high() > kLogarithmicBeyond * lowest)
    return logarithmic_axis(lowest, range.high(), max_ticks);
  const double middle = range.low() / 2 + range.high() / 2;
  const double least = middle == 0 ? 0.5 : kSmallestSpan / 2 * std::abs(middle);
  const double half = std::max(range.high() / 2 - range.low() / 2, least);
  const double step = round_step(2 * half, max_ticks);
  const double low = std::floor((middle - half) / step + 1e-9) * step;
  const double high = std::ceil((middle + half) / step - 1e-9) * step;
  return {.low = low, .high = high, .ticks = linear_ticks(low, high, step)};
}

}  // namespace mayfly
