#include "trainer/config/toml_value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <limits>
#include <sstream>

#include "core/error.h"
#include "recorder/number_text.h"

namespace mayfly::config {
namespace {

/// On one line, as it may stand in the file.
std::string node_text(const toml::node& node) {
  std::string list;
  const auto add = [&list](const std::string& entry) { list += (list.empty() ? "" : ", ") + entry; };
  if (const toml::array* array = node.as_array()) {
    for (const toml::node& element : *array) add(node_text(element));
    return fmt::format("[{}]", list);
  }
  if (const toml::table* table = node.as_table()) {
    for (const auto& [key, value] : *table) add(fmt::format("{} = {}", key.str(), node_text(value)));
    return fmt::format("{{{}}}", list);
  }
  std::ostringstream text;
  node.visit([&](const auto& value) { text << value; });
  return text.str();
}

/// A whole number from `low` to `high`.
std::int64_t whole_number(const toml::node& node, const std::string& place, std::int64_t low,
                          std::int64_t high) {
  constexpr double kExact = 0x1p53;
  std::int64_t value = 0;
  bool whole = false;
  if (const auto* integer = node.as_integer()) {
    value = integer->get();
    whole = true;
  } else if (const auto* real = node.as_floating_point()) {
    whole = std::abs(real->get()) <= kExact && real->get() == std::trunc(real->get());
    if (whole) value = static_cast<std::int64_t>(real->get());
  }
  if (!whole || value < low || value > high) {
    refuse(place, fmt::format("a whole number from {} to {}", low, high), node);
  }
  return value;
}

template <class Integer>
void read_whole(const toml::node& node, const std::string& place, Integer& value) {
  const auto low = static_cast<std::int64_t>(std::numeric_limits<Integer>::min());
  const auto high = std::numeric_limits<Integer>::max();
  const bool narrow = static_cast<std::uint64_t>(high) < static_cast<std::uint64_t>(INT64_MAX);
  value = static_cast<Integer>(
      whole_number(node, place, low, narrow ? static_cast<std::int64_t>(high) : INT64_MAX));
}

std::string date_time_text(const toml::date_time& time) {
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", time.date.year, time.date.month,
                     time.date.day, time.time.hour, time.time.minute, time.time.second,
                     time.time.nanosecond / 1000);
}

}  // namespace

void refuse(const std::string& place, const std::string& expected, const toml::node& found) {
  throw UsageError(fmt::format("{}: expected {}, found {}", place, expected, node_text(found)));
}

void read_value(const toml::node& node, const std::string& place, std::string& value) {
  const auto* text = node.as_string();
  if (text == nullptr) refuse(place, "a string", node);
  value = text->get();
}

void read_value(const toml::node& node, const std::string& place, bool& value) {
  const auto* flag = node.as_boolean();
  if (flag == nullptr) refuse(place, "true or false", node);
  value = flag->get();
}

void read_value(const toml::node& node, const std::string& place, double& value) {
  if (const auto* integer = node.as_integer()) {
    value = static_cast<double>(integer->get());
    return;
  }
  const auto* real = node.as_floating_point();
  if (real == nullptr || !std::isfinite(real->get())) refuse(place, "a number", node);
  value = real->get();
}

void read_value(const toml::node& node, const std::string& place, std::int64_t& value) {
  read_whole(node, place, value);
}

void read_value(const toml::node& node, const std::string& place, std::uint64_t& value) {
  read_whole(node, place, value);
}

void read_value(const toml::node& node, const std::string& place, std::uint32_t& value) {
  read_whole(node, place, value);
}

void read_value(const toml::node& node, const std::string& place, int& value) {
  read_whole(node, place, value);
}

void read_value(const toml::node& node, const std::string& place, std::vector<std::string>& value) {
  std::vector<std::string> list;
  if (const toml::array* array = node.as_array()) {
    for (const toml::node& element : *array) read_value(element, place, list.emplace_back());
  } else if (node.is_string()) {
    read_value(node, place, list.emplace_back());
  } else {
    refuse(place, "a string or an array of strings", node);
  }
  value = list;
}

void read_value(const toml::node& node, const std::string& place, std::vector<int>& value) {
  std::vector<int> list;
  if (const toml::array* array = node.as_array()) {
    for (const toml::node& element : *array) read_value(element, place, list.emplace_back());
  } else if (node.is_integer()) {
    read_value(node, place, list.emplace_back());
  } else {
    refuse(place, "a whole number or an array of them", node);
  }
  value = list;
}

std::string value_text(const std::string& value) {
  using Flags = toml::format_flags;
  const toml::value<std::string> node(value);
  std::ostringstream text;
  text << toml::toml_formatter(node, toml::toml_formatter::default_flags & ~Flags::allow_literal_strings &
                                         ~Flags::allow_multi_line_strings);
  return text.str();
}

std::string value_text(bool value) {
  return value ? "true" : "false";
}

std::string value_text(double value) {
  return number_text(value);
}

std::string value_text(std::int64_t value) {
  return fmt::format("{}", value);
}

std::string value_text(std::uint64_t value) {
  return fmt::format("{}", value);
}

std::string value_text(std::uint32_t value) {
  return fmt::format("{}", value);
}

std::string value_text(const std::vector<std::string>& value) {
  if (value.size() == 1) return value_text(value.front());
  std::vector<std::string> texts;
  for (const std::string& element : value) texts.push_back(value_text(element));
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

std::string value_text(const std::vector<int>& value) {
  return fmt::format("[{}]", fmt::join(value, ", "));
}

void read_base_time(const toml::node& node, const std::string& place, MicrosecondsUtc& time) {
  constexpr std::int64_t kMinute = 60'000'000;
  const auto* date_time = node.as_date_time();
  if (date_time == nullptr && !node.is_string()) refuse(place, "a time such as 2024-05-01T12:00:00Z", node);
  const std::string text = date_time != nullptr ? date_time_text(date_time->get()) : node.as_string()->get();
  try {
    time = parse_base_time(text);
  } catch (const UsageError&) {
    refuse(place, "a time such as 2024-05-01T12:00:00Z", node);
  }
  if (date_time != nullptr && date_time->get().offset) time -= date_time->get().offset->minutes * kMinute;
}

}  // namespace mayfly::config
