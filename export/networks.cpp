#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "core/error.h"
#include "core/network_shapes.h"
#include "export/known_network.h"
#include "export/outcome.h"
#include "recorder/field_text.h"
#include "recorder/metadata.h"

namespace mayfly {
namespace {

/// A network and what several columns need of it.
struct NetworkRow {
  const KnownNetwork& network;
  std::vector<std::string> texts;       // of the table's 24 columns
  std::optional<NetworkShapes> shapes;  // where the images are known and it fits them
  Outcome outcome;

  const NetworkSpec& spec() const { return network.table.spec; }
};

struct NetworkColumn {
  std::string name;
  ColumnType type;
  std::function<void(Column& column, const NetworkRow& row)> add;
};

using Columns = std::vector<NetworkColumn>;

template <class Get>
void add_column(Columns& columns, const char* name, ColumnType type, Get get) {
  columns.push_back({name, type, [get](Column& c, const NetworkRow& row) { c.add(get(row)); }});
}

/// Text columns of the table; those that are numbers or booleans are named here.
ColumnType table_column_type(const std::string& name) {
  static const std::array booleans{"train_GPU", "torch_set_deterministic"};
  static const std::array integers{"random_seed", "batch_size"};
  static const std::array rates{"momentum", "dampening", "weight_decay", "dropout_rate", "FC_dropout_rate"};
  const auto among = [&](const auto& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (among(booleans)) return ColumnType::boolean;
  if (among(integers)) return ColumnType::integer;
  if (among(rates)) return ColumnType::rate;
  return name == "learning_rate" ? ColumnType::real : ColumnType::text;
}

/// `texts` spell what this version's own parser has read from them.
void add_table_value(Column& column, const std::string& text) {
  const Field field{.text = text, .place = column.name()};
  switch (column.type()) {
    case ColumnType::boolean:
      return column.add(parse_boolean(field));
    case ColumnType::integer:
      return column.add(std::int64_t{parse_seed(field)});
    case ColumnType::real:
    case ColumnType::rate:
      return column.add(parse_real(field));
    case ColumnType::text:
      return column.add(text);
  }
}

void add_table_columns(Columns& columns) {
  for (int i = 0; i < kMetadataColumns; ++i) {
    const auto place = static_cast<std::size_t>(i);
    const std::string& name = table_columns().at(static_cast<std::size_t>(kPointColumns) + place);
    columns.push_back({name, table_column_type(name),
                       [place](Column& c, const NetworkRow& row) { add_table_value(c, row.texts[place]); }});
  }
}

/// "[3,3,1]", an entry for each element; "null" where `number` gives none.
template <class Elements, class Number>
std::string json_list(const Elements& elements, Number number) {
  std::string text = "[";
  for (const auto& element : elements) {
    const std::optional<int> value = number(element);
    if (text.size() > 1) text += ',';
    text += value ? std::to_string(*value) : "null";
  }
  text += ']';
  return text;
}

template <class Number>
void add_block_list(Columns& columns, const char* name, Number number) {
  add_column(columns, name, ColumnType::text,
             [number](const NetworkRow& row) { return json_list(row.spec().conv_blocks, number); });
}

void add_pool_list(Columns& columns, const char* name, int PoolSpec::*number) {
  add_block_list(columns, name, [number](const ConvBlockSpec& block) {
    return block.pool ? std::optional<int>((*block.pool).*number) : std::nullopt;
  });
}

std::string linear_widths(const NetworkSpec& spec) {
  std::vector<int> widths;
  for (const HiddenLinearSpec& hidden : spec.hidden_linears) widths.push_back(hidden.out_features);
  widths.push_back(spec.classes);
  return json_list(widths, [](int width) { return width; });
}

void add_lists(Columns& columns) {
  using Block = const ConvBlockSpec&;
  add_column(columns, "conv_layers", ColumnType::integer,
             [](const NetworkRow& row) { return static_cast<std::int64_t>(row.spec().conv_blocks.size()); });
  add_column(columns, "linear_layers", ColumnType::integer, [](const NetworkRow& row) {
    return static_cast<std::int64_t>(row.spec().hidden_linears.size()) + 1;
  });
  add_column(columns, "classes", ColumnType::integer,
             [](const NetworkRow& row) { return std::int64_t{row.spec().classes}; });
  add_block_list(columns, "block_types", [](Block block) { return block.layer_type(); });
  add_block_list(columns, "conv_kernels", [](Block block) { return block.kernel_size; });
  add_block_list(columns, "conv_strides", [](Block block) { return block.stride; });
  add_block_list(columns, "conv_paddings", [](Block block) { return block.padding; });
  add_block_list(columns, "conv_channels", [](Block block) { return block.out_channels; });
  add_pool_list(columns, "pool_kernels", &PoolSpec::kernel_size);
  add_pool_list(columns, "pool_strides", &PoolSpec::stride);
  add_pool_list(columns, "pool_paddings", &PoolSpec::padding);
  add_column(columns, "linear_widths", ColumnType::text,
             [](const NetworkRow& row) { return linear_widths(row.spec()); });
  add_column(columns, "linear_dropouts", ColumnType::text, [](const NetworkRow& row) {
    return json_list(row.spec().hidden_linears,
                     [](const HiddenLinearSpec& hidden) { return hidden.dropout ? 1 : 0; });
  });
}

/// What the shapes say, where they are known.
void add_count(Columns& columns, const char* name, std::int64_t (NetworkShapes::*count)() const) {
  add_column(columns, name, ColumnType::integer, [count](const NetworkRow& row) {
    return row.shapes ? std::optional((*row.shapes.*count)()) : std::nullopt;
  });
}

void add_counts(Columns& columns) {
  add_count(columns, "parameters", &NetworkShapes::parameter_count);
  add_count(columns, "useful_macs_per_image", &NetworkShapes::useful_macs_per_image);
  add_count(columns, "nominal_macs_per_image", &NetworkShapes::nominal_macs_per_image);
}

template <class Member>
void add_outcome(Columns& columns, const char* name, ColumnType type, Member member) {
  add_column(columns, name, type, [member](const NetworkRow& row) { return row.outcome.*member; });
}

void add_outcomes(Columns& columns) {
  add_outcome(columns, "status", ColumnType::text, &Outcome::status);
  add_outcome(columns, "rows", ColumnType::integer, &Outcome::rows);
  add_outcome(columns, "diverged_since", ColumnType::real, &Outcome::diverged_since);
  add_outcome(columns, "best_val_acc", ColumnType::real, &Outcome::best_val_acc);
  add_outcome(columns, "best_epochs", ColumnType::real, &Outcome::best_epochs);
  add_outcome(columns, "last_epochs", ColumnType::real, &Outcome::last_epochs);
  add_outcome(columns, "last_train_loss", ColumnType::real, &Outcome::last_train_loss);
  add_outcome(columns, "last_val_loss", ColumnType::real, &Outcome::last_val_loss);
  add_outcome(columns, "last_val_acc", ColumnType::real, &Outcome::last_val_acc);
  add_outcome(columns, "train_seconds", ColumnType::real, &Outcome::train_seconds);
  add_outcome(columns, "val_seconds", ColumnType::real, &Outcome::val_seconds);
}

/// What campaign.json says, where there is one.
template <class Get>
void add_convention(Columns& columns, const char* name, ColumnType type, Get get) {
  columns.push_back({name, type, [get](Column& c, const NetworkRow& row) {
                       if (row.network.conventions == nullptr) return c.add_missing();
                       c.add(get(*row.network.conventions));
                     }});
}

template <class Value>
std::optional<std::int64_t> whole(const std::optional<Value>& value) {
  return value ? std::optional<std::int64_t>(*value) : std::nullopt;
}

/// Image counts are 0 where they are not known.
std::optional<std::int64_t> known_count(std::int64_t count) {
  return count != 0 ? std::optional(count) : std::nullopt;
}

void add_seeds(Columns& columns) {
  using C = const RunConventions&;
  add_convention(columns, "seed_init", ColumnType::integer, [](C c) { return whole(c.seed_init); });
  add_convention(columns, "seed_order", ColumnType::integer, [](C c) { return whole(c.seed_order); });
  add_convention(columns, "seed_dropout", ColumnType::integer, [](C c) { return whole(c.seed_dropout); });
}

void add_conventions(Columns& columns) {
  using C = const RunConventions&;
  add_convention(columns, "normalize", ColumnType::text, [](C c) { return c.normalize; });
  add_convention(columns, "conv_dropout", ColumnType::text, [](C c) { return c.conv_dropout; });
  add_convention(columns, "drop_last", ColumnType::boolean, [](C c) { return c.drop_last; });
  add_convention(columns, "val_loss", ColumnType::text, [](C c) { return c.val_loss; });
  add_convention(columns, "arithmetic", ColumnType::text, [](C c) { return c.arithmetic; });
  add_convention(columns, "arithmetic_version", ColumnType::integer,
                 [](C c) { return std::int64_t{c.arithmetic_version}; });
  add_convention(columns, "train_images", ColumnType::integer,
                 [](C c) { return known_count(c.train_images); });
  add_convention(columns, "validation_images", ColumnType::integer,
                 [](C c) { return known_count(c.validation_images); });
  add_convention(columns, "mayfly_version", ColumnType::text, [](C c) { return c.mayfly_version; });
}

/// What the journals say, where they know the network.
template <class Get>
void add_recorded(Columns& columns, const char* name, ColumnType type, Get get) {
  columns.push_back({name, type, [get](Column& c, const NetworkRow& row) {
                       if (row.network.record == nullptr) return c.add_missing();
                       c.add(get(*row.network.record));
                     }});
}

std::optional<std::string> device_of(const NetworkRecord& record) {
  const JournalPoint* last = record.last_point();
  return last != nullptr ? std::optional(last->device) : std::nullopt;
}

void add_provenance(Columns& columns) {
  using Record = const NetworkRecord&;
  add_recorded(columns, "campaign_index", ColumnType::integer,
               [](Record r) { return std::int64_t{r.index}; });
  add_recorded(columns, "host", ColumnType::text, [](Record r) { return r.host; });
  add_recorded(columns, "device", ColumnType::text, device_of);
  add_recorded(columns, "recorded_at", ColumnType::text, [](Record r) { return r.last_time; });
  add_column(columns, "file", ColumnType::text, [](const NetworkRow& row) { return row.network.file; });
}

Columns make_columns() {
  Columns columns;
  add_table_columns(columns);
  add_lists(columns);
  add_counts(columns);
  add_outcomes(columns);
  add_seeds(columns);
  add_conventions(columns);
  add_provenance(columns);
  return columns;
}

const Columns& network_columns() {
  static const Columns columns = make_columns();
  return columns;
}

std::optional<NetworkShapes> shapes_of(const KnownNetwork& network) {
  if (!network.image) return std::nullopt;
  try {
    return network_shapes(network.table.spec, *network.image);
  } catch (const UsageError&) {  // images of another shape than the table's name of the data set promises
    return std::nullopt;
  }
}

}  // namespace

Relation networks_relation() {
  Relation networks{.name = "networks", .columns = {}, .primary_key = {"ID"}};
  for (const NetworkColumn& column : network_columns())
    networks.columns.emplace_back(column.name, column.type);
  return networks;
}

void add_network(Relation& networks, const KnownNetwork& network) {
  const NetworkRow row{.network = network,
                       .texts = metadata_texts(network.table),
                       .shapes = shapes_of(network),
                       .outcome = outcome_of(network)};
  for (std::size_t i = 0; i < networks.columns.size(); ++i)
    network_columns()[i].add(networks.columns[i], row);
}

}  // namespace mayfly
