#include "recorder/number_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace mayfly {
namespace {

constexpr int kFixedLowest = -4;  // decimal exponents that Python's repr prints without an exponent
constexpr int kFixedHighest = 15;

struct Decimal {
  std::string digits;  // d1 d2 d3 ..., the value being d1.d2d3... * 10^exponent
  int exponent = 0;
  std::string exponent_text;  // e-05
};

Decimal shortest_decimal(double magnitude) {
  std::array<char, 64> buffer;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), magnitude, std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  const std::size_t e = text.find('e');
  Decimal decimal{.digits = std::string(text.substr(0, e)), .exponent_text = std::string(text.substr(e))};
  if (decimal.digits.size() > 1) decimal.digits.erase(1, 1);  // the point
  const std::size_t first = text[e + 1] == '+' ? e + 2 : e + 1;
  std::from_chars(text.data() + first, text.data() + text.size(), decimal.exponent);
  return decimal;
}

std::string fixed_text(std::string digits, int exponent) {
  if (exponent < 0) return "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const std::size_t whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return digits + std::string(whole - digits.size(), '0') + ".0";
  return digits.insert(whole, 1, '.');
}

}  // namespace

std::string number_text(double value) {
  if (std::isnan(value)) return "nan";
  const std::string sign = std::signbit(value) ? "-" : "";
  if (std::isinf(value)) return sign + "inf";
  Decimal decimal = shortest_decimal(std::fabs(value));
  if (decimal.exponent >= kFixedLowest && decimal.exponent <= kFixedHighest) {
    return sign + fixed_text(std::move(decimal.digits), decimal.exponent);
  }
  if (decimal.digits.size() > 1) decimal.digits.insert(1, 1, '.');
  return sign + decimal.digits + decimal.exponent_text;
}

std::string rate_text(double value) {
  return value == 0 ? "0" : number_text(value);
}

std::string boolean_text(bool value) {
  return value ? "True" : "False";
}

std::optional<double> parse_number(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  if (text.find('(') != std::string_view::npos) return std::nullopt;  // C's nan(...)
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : value;
}

}  // namespace mayfly
