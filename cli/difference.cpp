#include "cli/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "recorder/field_text.h"
#include "recorder/table.h"

namespace mayfly::cli {
namespace {

using Parts = std::vector<std::string_view>;

constexpr std::string_view kLeftOut = "train_GPU";

std::string part_text(const Parts& parts, std::size_t i, const char* what) {
  return i < parts.size() ? in_quotes(parts[i]) : fmt::format("the end of the {}", what);
}

std::string column_name(std::size_t i) {
  return i < table_columns().size() ? table_columns()[i] : fmt::format("number {}", i + 1);
}

bool same_part(const Parts& a, const Parts& b, std::size_t i) {
  return i < a.size() && i < b.size() && a[i] == b[i];
}

/// The first field in which two lines differ.
std::optional<Difference> line_difference(std::string_view expected, std::string_view found) {
  const Parts fields = split(expected, ' ');
  const Parts others = split(found, ' ');
  for (std::size_t i = 0; i < std::max(fields.size(), others.size()); ++i) {
    const bool left_out = column_name(i) == kLeftOut && i < fields.size() && i < others.size();
    if (left_out || same_part(fields, others, i)) continue;
    return Difference{.column = column_name(i),
                      .expected = part_text(fields, i, "line"),
                      .found = part_text(others, i, "line")};
  }
  return std::nullopt;
}

}  // namespace

std::string difference_text(const Difference& difference) {
  std::string text = difference.file;
  if (difference.line > 0) text += fmt::format(":{}", difference.line);
  if (!difference.column.empty()) text += ": " + difference.column;
  return fmt::format("{}: expected {}, found {}", text, difference.expected, difference.found);
}

std::optional<Difference> first_difference(const std::string& file, const std::string& expected,
                                           const std::string& found) {
  const Parts lines = split(expected, '\n');
  const Parts others = split(found, '\n');
  for (std::size_t i = 0; i < std::max(lines.size(), others.size()); ++i) {
    if (same_part(lines, others, i)) continue;
    Difference difference{.expected = part_text(lines, i, "file"), .found = part_text(others, i, "file")};
    if (i < lines.size() && i < others.size()) {
      const auto field = line_difference(lines[i], others[i]);
      if (!field) continue;
      difference = *field;
    }
    difference.file = file;
    difference.line = i + 1;
    return difference;
  }
  return std::nullopt;
}

}  // namespace mayfly::cli
