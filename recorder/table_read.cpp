#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "recorder/durable_file.h"
#include "recorder/field_text.h"
#include "recorder/metadata.h"
#include "recorder/table.h"

namespace mayfly {
namespace {

using Cells = std::vector<std::string_view>;

/// Lines without their ends; blank lines at the end of the text do not count.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines = split(text, '\n');
  for (std::string_view& line : lines) {
    if (line.ends_with('\r')) line.remove_suffix(1);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

/// Cells of one line, and their places in words.
struct Row {
  const std::string& name;
  std::size_t line = 0;  // from 1
  Cells cells;

  std::string place(std::size_t column) const {
    return fmt::format("{}:{}: column {} ({})", name, line, column + 1, table_columns()[column]);
  }
  Field field(std::size_t column) const {
    return {.text = column < cells.size() ? std::string(cells[column]) : "", .place = place(column)};
  }
};

[[noreturn]] void unexpected_column(const Row& header, std::size_t column) {
  const std::vector<std::string>& columns = table_columns();
  const Field found = header.field(column);
  const bool known = std::find(columns.begin(), columns.end(), found.text) != columns.end();
  const std::string hint = known ? " (the columns have a fixed order)" : nearest_column_text(found.text);
  unexpected(found, in_quotes(columns[column]) + " in the header" + hint);
}

void check_header(const Row& header) {
  const std::vector<std::string>& columns = table_columns();
  for (std::size_t column = 0; column < columns.size(); ++column) {
    if (column >= header.cells.size() || header.cells[column] != columns[column])
      unexpected_column(header, column);
  }
  for (std::size_t i = columns.size(); i < header.cells.size(); ++i) {
    const auto first = std::find(header.cells.begin(), header.cells.end(), header.cells[i]);
    if (first == header.cells.begin() + static_cast<std::ptrdiff_t>(i)) continue;
    throw UsageError(fmt::format("{}:{}: column {}: expected a name not used before, found {} again",
                                 header.name, header.line, i + 1, in_quotes(header.cells[i])));
  }
}

/// The rows below the header, split into cells.
std::vector<Row> rows_of(std::string_view text, const std::string& name) {
  const std::vector<std::string_view> lines = lines_of(text);
  const Row header{.name = name, .line = 1, .cells = split(lines.empty() ? "" : lines[0], ' ')};
  check_header(header);
  std::vector<Row> rows;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    rows.push_back({.name = name, .line = i + 1, .cells = split(lines[i], ' ')});
    const Row& row = rows.back();
    if (row.cells[0] == header.cells[0]) unexpected(row.field(0), "a number, not a second header");
    if (row.cells.size() > header.cells.size()) {
      throw UsageError(
          fmt::format("{}:{}: column {}: expected {} fields as in the header, found {}; fields are "
                      "separated by one blank",
                      name, row.line, header.cells.size() + 1, header.cells.size(), row.cells.size()));
    }
  }
  if (rows.empty())
    throw UsageError(fmt::format("{}:2: column 1 (epochs): expected a first row, found none", name));
  return rows;
}

Table first_row_metadata(const Row& row) {
  const std::vector<std::string>& columns = table_columns();
  if (row.cells.size() < columns.size()) {
    unexpected(row.field(row.cells.size()), fmt::format("{} fields in the first row", columns.size()));
  }
  MetadataFields fields(row.name);
  for (std::size_t column = kPointColumns; column < columns.size(); ++column) {
    fields.set(columns[column], row.field(column));
  }
  return parse_metadata(fields);
}

void check_repeated_metadata(const Row& first, const Row& row) {
  for (std::size_t column = kPointColumns; column < std::min(row.cells.size(), table_columns().size());
       ++column) {
    if (row.cells[column].empty() || row.cells[column] == first.cells[column]) continue;
    unexpected(row.field(column),
               fmt::format("an empty field or {} as in line {}", in_quotes(first.cells[column]), first.line));
  }
}

Point parse_point(const Row& row) {
  const Point point{.epoch = parse_real(row.field(0)),
                    .train_loss = parse_real(row.field(1)),
                    .val_loss = parse_real(row.field(2)),
                    .val_acc = parse_real(row.field(3))};
  if (!std::isfinite(point.epoch) || point.epoch <= 0) unexpected(row.field(0), "an epoch above 0");
  if (!(point.val_acc >= 0 && point.val_acc <= 100)) unexpected(row.field(3), "a percentage from 0 to 100");
  return point;
}

}  // namespace

Table parse_table(const std::string& text, const std::string& name) {
  const std::vector<Row> rows = rows_of(text, name);
  Table table = first_row_metadata(rows.front());
  for (const Row& row : rows) {
    check_repeated_metadata(rows.front(), row);
    const Point point = parse_point(row);
    if (!table.points.empty() && point.epoch <= table.points.back().epoch) {
      unexpected(row.field(0), "an epoch above that of the line before");
    }
    table.points.push_back(point);
  }
  return table;
}

Table parse_first_row(const std::string& text, const std::string& name) {
  return first_row_metadata(rows_of(text, name).front());
}

Table read_table(const std::filesystem::path& path) {
  return parse_table(read_whole_file(path), path.string());
}

}  // namespace mayfly
