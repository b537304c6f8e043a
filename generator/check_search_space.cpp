#include <fmt/format.h>

#include "core/error.h"
#include "generator/search_space_keys.h"

namespace mayfly {
namespace {

[[noreturn]] void refuse(const SearchSpaceKey& key, const std::string& expected, const std::string& found) {
  throw UsageError(fmt::format("search_space.{}: expected {}, found {}", key.name, expected, found));
}

/// low <= high, both of what a network may have.
void check_bounds(const SearchSpaceKey& key, double low, double high) {
  if (low <= high && low >= key.lowest && high <= key.highest) return;
  refuse(key, fmt::format("a range that ascends within {}..{}", key.lowest, key.highest),
         fmt::format("{}..{}", low, high));
}

void check_probability(const SearchSpaceKey& key, double probability) {
  if (probability >= 0 && probability <= 1) return;
  refuse(key, "a probability of 0 to 1", fmt::format("{}", probability));
}

void check(const SearchSpaceKey& key, const IntRange& range) {
  check_bounds(key, range.low, range.high);
}

void check(const SearchSpaceKey& key, const LimitedRange& range) {
  check_bounds(key, range.low, range.high ? *range.high : key.highest);
}

void check(const SearchSpaceKey& key, const RealRange& range) {
  check_bounds(key, range.low + range.offset, range.high + range.offset);
  check_bounds(key, range.low, range.high);
  check_probability(key, range.probability);
  // The smallest number that log_f64 takes is far below any rate of use.
  if (range.scale == Scale::log_uniform && range.low < 1e-300) {
    refuse(key, "a log-uniform range that begins above 0", fmt::format("{}..{}", range.low, range.high));
  }
  // Rates whose key ends at 1 (dropout, momentum, dampening) must stay below it; a draw never reaches `high`
  // unless the range is that one value.
  if (key.highest == 1 && range.low + range.offset >= 1) {
    refuse(key, "rates below 1", fmt::format("{}", range.low + range.offset));
  }
}

void check(const SearchSpaceKey& key, const FcDropout& dropout) {
  check_probability(key, dropout.probability);
  check_probability(key, dropout.each_layer);
}

void check(const SearchSpaceKey& key, double probability) {
  check_probability(key, probability);
}

void check(const SearchSpaceKey& key, const std::vector<int>& choices) {
  if (choices.empty()) refuse(key, "at least one block type", "none");
  for (const int choice : choices) check_bounds(key, choice, choice);
}

void check(const SearchSpaceKey& key, std::int64_t cap) {
  const auto value = static_cast<double>(cap);
  check_bounds(key, value, value);
}

/// Switching off is said elsewhere (fc_dropout, block_type) or makes no sense (learning_rate).
void check_always_on(const char* name, const RealRange& range) {
  if (range.probability == 1) return;
  throw UsageError(
      fmt::format("search_space.{}: it cannot be switched off by a probability, found probability {}", name,
                  range.probability));
}

}  // namespace

void check_search_space(const SearchSpace& space) {
  for (const SearchSpaceKey& key : search_space_keys()) {
    std::visit([&](auto member) { check(key, space.*member); }, key.member);
  }
  check_always_on("learning_rate", space.learning_rate);
  check_always_on("dropout_rate", space.dropout_rate);
  check_always_on("fc_dropout_rate", space.fc_dropout_rate);
}

}  // namespace mayfly
