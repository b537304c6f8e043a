#include <fmt/format.h>
#include <fmt/ranges.h>

#include "generator/search_space_keys.h"

namespace mayfly {
namespace {

std::string words(const IntRange& range, const std::string&) {
  return range.low == range.high ? fmt::format("{}", range.low)
                                 : fmt::format("{}..{}", range.low, range.high);
}

std::string words(const LimitedRange& range, const std::string& limit) {
  if (!range.high) return fmt::format("{}..{}", range.low, limit);
  if (range.low == *range.high) return fmt::format("{}", range.low);
  return fmt::format("{}..min({}, {})", range.low, *range.high, limit);
}

std::string words(const RealRange& range, const std::string&) {
  std::string text = range.offset == 0 ? "" : fmt::format("{} + ", range.offset);
  if (range.low == range.high) {
    text += fmt::format("{}", range.low);
  } else {
    text += fmt::format("{}{}..{}", range.scale == Scale::log_uniform ? "log-uniform " : "", range.low,
                        range.high);
  }
  if (range.probability != 1) text += fmt::format(", on with probability {}", range.probability);
  return text;
}

std::string words(const FcDropout& dropout, const std::string&) {
  return fmt::format("on with probability {}, then per layer {}", dropout.probability, dropout.each_layer);
}

std::string words(double probability, const std::string&) {
  return fmt::format("true with probability {}", probability);
}

std::string words(const std::vector<int>& choices, const std::string&) {
  return fmt::format("one of {}", fmt::join(choices, ", "));
}

std::string words(std::int64_t cap, const std::string&) {
  return cap == 0 ? "no cap" : fmt::format("{}", cap);
}

}  // namespace

std::string range_text(const SearchSpaceKey& key, const SearchSpace& space) {
  return std::visit([&](auto member) { return words(space.*member, key.limit); }, key.member);
}

}  // namespace mayfly
