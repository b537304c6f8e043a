#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

#include "core/error.h"
#include "core/near_miss.h"
#include "trainer/config/toml_value.h"

namespace mayfly::config {
namespace {

/// The two elements of an array; UsageError where it is none of two.
const toml::array& pair_of(const toml::node& node, const std::string& place, const std::string& expected) {
  const toml::array* array = node.as_array();
  if (array == nullptr || array->size() != 2) refuse(place, expected, node);
  return *array;
}

void read_pair(const toml::node& node, const std::string& place, RealRange& range) {
  const toml::array& pair = pair_of(node, place, "two numbers, [low, high]");
  read_value(*pair.get(0), place, range.low);
  read_value(*pair.get(1), place, range.high);
}

/// Every key of an inline table is one of `known`.
void require_known(const toml::table& table, const std::string& place,
                   const std::vector<std::string>& known) {
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw UsageError(fmt::format("{}: unknown key '{}'{}; known: {}", place, name, did_you_mean(name, known),
                                 fmt::join(known, ", ")));
  }
}

void read_range_table(const toml::table& table, const std::string& place, RealRange& range) {
  require_known(table, place, {"uniform", "log_uniform", "offset", "probability"});
  const toml::node* uniform = table.get("uniform");
  const toml::node* log_uniform = table.get("log_uniform");
  if ((uniform == nullptr) == (log_uniform == nullptr)) {
    refuse(place, "either uniform = [low, high] or log_uniform = [low, high]", table);
  }
  range.scale = uniform != nullptr ? Scale::uniform : Scale::log_uniform;
  read_pair(uniform != nullptr ? *uniform : *log_uniform, place, range);
  if (const toml::node* offset = table.get("offset")) read_value(*offset, place, range.offset);
  if (const toml::node* probability = table.get("probability")) {
    read_probability(*probability, place, range.probability);
  }
}

}  // namespace

void read_value(const toml::node& node, const std::string& place, IntRange& range) {
  if (node.is_number()) {
    read_value(node, place, range.low);
    range.high = range.low;
    return;
  }
  const toml::array& pair = pair_of(node, place, "a whole number or a range [low, high]");
  read_value(*pair.get(0), place, range.low);
  read_value(*pair.get(1), place, range.high);
}

std::string value_text(const IntRange& range) {
  return range.low == range.high ? fmt::format("{}", range.low)
                                 : fmt::format("[{}, {}]", range.low, range.high);
}

void read_limited(const toml::node& node, const std::string& place, const std::string& limit,
                  LimitedRange& range) {
  const std::string expected = fmt::format("a whole number, [low, high] or [low, \"{}\"]", limit);
  int low = 0;
  int high = 0;
  if (node.is_number()) {
    read_value(node, place, low);
    range = {low, low};
    return;
  }
  const toml::array& pair = pair_of(node, place, expected);
  read_value(*pair.get(0), place, low);
  if (const auto* word = pair.get(1)->as_string()) {
    if (word->get() != limit) refuse(place, expected, node);
    range = {low, std::nullopt};
    return;
  }
  read_value(*pair.get(1), place, high);
  range = {low, high};
}

std::string limited_text(const LimitedRange& range, const std::string& limit) {
  if (!range.high) return fmt::format("[{}, \"{}\"]", range.low, limit);
  return value_text(IntRange{range.low, *range.high});
}

void read_value(const toml::node& node, const std::string& place, RealRange& range) {
  RealRange read;
  if (node.is_number()) {
    read_value(node, place, read.low);
    read.high = read.low;
  } else if (const toml::table* table = node.as_table()) {
    read_range_table(*table, place, read);
  } else if (node.is_array()) {
    read_pair(node, place, read);
  } else {
    refuse(place, "a number, [low, high] or { log_uniform = [low, high], offset = o, probability = p }",
           node);
  }
  range = read;
}

std::string value_text(const RealRange& range) {
  const bool plain = range.scale == Scale::uniform && range.offset == 0 && range.probability == 1;
  if (plain && range.low == range.high) return value_text(range.low);
  const std::string pair = fmt::format("[{}, {}]", value_text(range.low), value_text(range.high));
  if (plain) return pair;
  std::string text =
      fmt::format("{{ {} = {}", range.scale == Scale::uniform ? "uniform" : "log_uniform", pair);
  if (range.offset != 0) text += ", offset = " + value_text(range.offset);
  if (range.probability != 1) text += ", probability = " + value_text(range.probability);
  return text + " }";
}

void read_probability(const toml::node& node, const std::string& place, double& probability) {
  if (const auto* flag = node.as_boolean()) {
    probability = flag->get() ? 1 : 0;
    return;
  }
  if (!node.is_number()) refuse(place, "a probability of 0 to 1, true or false", node);
  read_value(node, place, probability);
  if (probability < 0 || probability > 1) refuse(place, "a probability of 0 to 1, true or false", node);
}

void read_value(const toml::node& node, const std::string& place, FcDropout& dropout) {
  FcDropout read;
  if (const toml::table* table = node.as_table()) {
    require_known(*table, place, {"probability", "each_layer"});
    if (const toml::node* on = table->get("probability")) read_probability(*on, place, read.probability);
    if (const toml::node* each = table->get("each_layer")) read_probability(*each, place, read.each_layer);
  } else {
    read_probability(node, place, read.probability);
  }
  dropout = read;
}

std::string value_text(const FcDropout& dropout) {
  return fmt::format("{{ probability = {}, each_layer = {} }}", value_text(dropout.probability),
                     value_text(dropout.each_layer));
}

}  // namespace mayfly::config
