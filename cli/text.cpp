#include "cli/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

namespace mayfly::cli {
namespace {

/// Three digits; a value that would need a fourth goes to the next unit.
template <std::size_t N>
std::string scaled(double value, double step, const std::array<const char*, N>& units) {
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < N) {
    value /= step;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f}{}", value, units[0]) : fmt::format("{:.3g}{}", value, units[unit]);
}

}  // namespace

std::string counted(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string count_text(double value) {
  return scaled(value, 1000, std::array{"", "k", "M", "G", "T", "P"});
}

std::string bytes_text(double bytes) {
  return scaled(bytes, 1024, std::array{" B", " KiB", " MiB", " GiB", " TiB"});
}

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds)) return "unknown";
  if (seconds < 9.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  const long long minutes = whole / 60;
  if (minutes < 24 * 60) return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
  return fmt::format("{} d {:02} h", minutes / 1440, minutes % 1440 / 60);
}

std::string rate_text(double networks_per_hour) {
  return networks_per_hour < 100 ? fmt::format("{:.3g} networks/h", networks_per_hour)
                                 : fmt::format("{:.0f} networks/h", networks_per_hour);
}

std::string with_each_replaced(const std::string& text, char what, std::string_view by) {
  std::string result;
  for (const char c : text) {
    if (c == what)
      result.append(by);
    else
      result.push_back(c);
  }
  return result;
}

std::string shell_quoted(const std::string& text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("-_./=:,+@").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return text;
  return fmt::format("'{}'", with_each_replaced(text, '\'', "'\\''"));
}

}  // namespace mayfly::cli
