#include "export/csv.h"

#include "recorder/number_text.h"

namespace mayfly {
namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

std::string value_text(const Column& column, std::size_t row) {
  if (column.is_missing(row)) return "";
  switch (column.type()) {
    case ColumnType::boolean:
      return boolean_text(column.integer(row) != 0);
    case ColumnType::integer:
      return std::to_string(column.integer(row));
    case ColumnType::real:
      return number_text(column.real(row));
    case ColumnType::rate:
      return rate_text(column.real(row));
    case ColumnType::text:
      return quoted(column.text(row));
  }
  return "";
}

}  // namespace

std::string csv_text(const Relation& relation) {
  std::string text;
  const auto end_field = [&](std::size_t column) {
    text += column + 1 < relation.columns.size() ? ',' : '\n';
  };
  for (std::size_t i = 0; i < relation.columns.size(); ++i) {
    text += quoted(relation.columns[i].name());
    end_field(i);
  }
  for (std::size_t row = 0; row < relation.rows(); ++row) {
    for (std::size_t i = 0; i < relation.columns.size(); ++i) {
      text += value_text(relation.columns[i], row);
      end_field(i);
    }
  }
  return text;
}

}  // namespace mayfly
