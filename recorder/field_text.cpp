#include "recorder/field_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "recorder/number_text.h"

namespace mayfly {
namespace {

template <class Integer>
std::optional<Integer> whole_number(std::string_view text) {
  Integer value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<int> integer_in(std::string_view text, IntegerRange range) {
  const std::optional<int> value = whole_number<int>(text);
  return value && *value >= range.lowest && *value <= range.highest ? value : std::nullopt;
}

}  // namespace

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string shown(text.substr(0, kLongest));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return text.empty() ? "nothing" : fmt::format("'{}{}'", shown, text.size() > kLongest ? "..." : "");
}

void unexpected(const Field& field, const std::string& expected) {
  throw UsageError(fmt::format("{}: expected {}, found {}", field.place, expected, in_quotes(field.text)));
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = text.find(separator); end != std::string_view::npos; end = text.find(separator)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

int parse_integer(const Field& field, IntegerRange range) {
  const std::optional<int> value = integer_in(field.text, range);
  if (!value) unexpected(field, fmt::format("a whole number from {} to {}", range.lowest, range.highest));
  return *value;
}

std::uint32_t parse_seed(const Field& field) {
  const std::optional<std::uint32_t> seed = whole_number<std::uint32_t>(field.text);
  if (!seed) unexpected(field, "a whole number from 0 to 4294967295");
  return *seed;
}

std::vector<int> parse_integer_list(const Field& field, IntegerRange range) {
  std::vector<int> values;
  if (field.text.empty()) return values;
  for (const std::string_view part : split(field.text, '-')) {
    const std::optional<int> value = integer_in(part, range);
    if (!value) {
      unexpected(field, fmt::format("whole numbers from {} to {} joined by '-' (entry {} is {})",
                                    range.lowest, range.highest, values.size() + 1, in_quotes(part)));
    }
    values.push_back(*value);
  }
  return values;
}

double parse_real(const Field& field) {
  const std::optional<double> value = parse_number(field.text);
  if (!value) unexpected(field, "a number");
  return *value;
}

double parse_quantity(const Field& field) {
  const std::optional<double> value = parse_number(field.text);
  if (!value || !std::isfinite(*value) || *value < 0) unexpected(field, "a finite number, 0 or more");
  return *value;
}

double parse_rate(const Field& field) {
  const std::optional<double> value = parse_number(field.text);
  if (!value || !(*value >= 0 && *value < 1)) unexpected(field, "a rate from 0 to below 1");
  return *value;
}

bool parse_boolean(const Field& field) {
  if (field.text != "True" && field.text != "False") unexpected(field, "True or False");
  return field.text == "True";
}

std::string integer_list_text(const std::vector<int>& values) {
  return fmt::format("{}", fmt::join(values, "-"));
}

}  // namespace mayfly
