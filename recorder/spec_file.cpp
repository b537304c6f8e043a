#include "recorder/spec_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "core/error.h"
#include "recorder/durable_file.h"
#include "recorder/metadata.h"
#include "recorder/number_text.h"
#include "recorder/table.h"
#include "recorder/toml.h"

namespace mayfly {
namespace {

std::span<const std::string> metadata_columns() {
  return std::span(table_columns()).subspan(kPointColumns);
}

/// The text that a table's cell would hold; the table's own words stand for TOML's.
std::string cell_text(const toml::node& node, const std::string& place) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return number_text(number->get());
  if (const auto* flag = node.as_boolean()) return boolean_text(flag->get());
  const toml::array* array = node.as_array();
  if (array == nullptr || !array->is_homogeneous<std::int64_t>()) {
    if (array != nullptr && array->empty()) return "";
    throw UsageError(place +
                     ": expected a string, a number, true, false or an array of whole numbers, found another "
                     "kind of value");
  }
  std::string list;
  for (const toml::node& element : *array) {
    if (!list.empty()) list += '-';
    list += cell_text(element, place);
  }
  return list;
}

std::string place_of(const std::string& name, std::string_view key, const toml::source_region& at) {
  return fmt::format("{}:{}: key {}", name, at.begin.line, key);
}

MetadataFields fields_of(const toml::table& document, const std::string& name) {
  const std::span<const std::string> columns = metadata_columns();
  MetadataFields fields(name);
  for (const auto& [key, node] : document) {
    const std::string column(key.str());
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
      unexpected({.text = column, .place = fmt::format("{}:{}", name, key.source().begin.line)},
                 "a key named like a metadata column" + nearest_column_text(column));
    }
    const std::string place = place_of(name, column, key.source());
    fields.set(column, {.text = cell_text(node, place), .place = place});
  }
  return fields;
}

/// Other losses and optimizers are not computed; saying so beats training something else.
NetworkSpec trainable_spec(const Table& table, const std::string& name) {
  const Table ours;
  if (table.loss_fn != ours.loss_fn) {
    unexpected({.text = table.loss_fn, .place = name + ": loss_fn"}, ours.loss_fn);
  }
  if (table.optimizer != ours.optimizer) {
    unexpected({.text = table.optimizer, .place = name + ": optimizer"}, ours.optimizer);
  }
  return table.spec;
}

/// The cell as a TOML value: numbers and flags bare, all else (lists too) quoted.
std::string toml_value(const std::string& column, const std::string& cell) {
  if (cell == "True") return "true";
  if (cell == "False") return "false";
  const bool list = column == "layer_types" || column == "FC_dropout_layers" || column == "FCFilters" ||
                    column.starts_with("conv") || column.starts_with("pool");
  const bool text = column == "ID" || column == "dataset" || column == "loss_fn" || column == "optimizer";
  return list || text ? fmt::format("\"{}\"", cell) : cell;
}

}  // namespace

NetworkSpec parse_spec_toml(const std::string& text, const std::string& name) {
  const toml::table document = parse_toml(text, name);
  return trainable_spec(parse_metadata(fields_of(document, name)), name);
}

NetworkSpec read_spec(const std::filesystem::path& path) {
  const std::string text = read_whole_file(path);
  if (path.extension() == ".toml") return parse_spec_toml(text, path.string());
  return trainable_spec(parse_first_row(text, path.string()), path.string());
}

std::string spec_toml_text(const NetworkSpec& spec) {
  const std::vector<std::string> cells = metadata_texts(Table{.spec = spec});
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string& column = metadata_columns()[i];
    if (column == "ID" && cells[i].empty()) continue;
    text += fmt::format("{} = {}\n", column, toml_value(column, cells[i]));
  }
  return text;
}

}  // namespace mayfly
