#include "recorder/metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/error.h"
#include "recorder/number_text.h"

namespace mayfly {
namespace {

// Far above anything that can be trained, and small enough for the arithmetic of shapes.
constexpr IntegerRange kChannels{1, 65536};
constexpr IntegerRange kWindow{1, 4096};  // kernels and strides
constexpr IntegerRange kPadding{0, 4096};
constexpr IntegerRange kBatchSize{1, 1048576};
constexpr IntegerRange kLayerType{0, 7};
constexpr IntegerRange kFlag{0, 1};

constexpr int kReluBit = 1;
constexpr int kPoolBit = 2;
constexpr int kDropoutBit = 4;

std::string parse_name(const Field& field, const std::string& what) {
  const bool clean = std::all_of(field.text.begin(), field.text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
  });
  if (!clean || field.text.empty() || field.text[0] == '.') {
    unexpected(field, what + " of letters, digits, '_', '-' and '.', not beginning with '.'");
  }
  return field.text;
}

/// A list that must have one entry for each of `count` things.
std::vector<int> list_of(const Field& field, IntegerRange range, std::size_t count, const std::string& per) {
  std::vector<int> values = parse_integer_list(field, range);
  if (values.size() != count) {
    unexpected(field,
               fmt::format("{} entr{} joined by '-', one per {}", count, count == 1 ? "y" : "ies", per));
  }
  return values;
}

std::vector<ConvBlockSpec> parse_conv_blocks(const MetadataFields& fields) {
  const Field& type_field = fields.at("layer_types");
  const std::vector<int> types = parse_integer_list(type_field, kLayerType);
  if (types.empty()) unexpected(type_field, "the type of at least one convolution block");
  const auto per_block = [&](const char* column, IntegerRange range) {
    return list_of(fields.at(column), range, types.size(), "block in layer_types");
  };
  const std::vector<int> kernels = per_block("convKernels", kWindow);
  const std::vector<int> strides = per_block("convStrides", kWindow);
  const std::vector<int> paddings = per_block("convPaddings", kPadding);
  const std::vector<int> channels = per_block("convFilters", kChannels);
  std::vector<ConvBlockSpec> blocks;
  for (std::size_t i = 0; i < types.size(); ++i) {
    blocks.push_back({.out_channels = channels[i],
                      .kernel_size = kernels[i],
                      .stride = strides[i],
                      .padding = paddings[i],
                      .relu = (types[i] & kReluBit) != 0,
                      .dropout = (types[i] & kDropoutBit) != 0});
    if ((types[i] & kPoolBit) != 0) blocks.back().pool.emplace();
  }
  return blocks;
}

void parse_pools(const MetadataFields& fields, std::vector<ConvBlockSpec>& blocks) {
  const auto pooling = [](const ConvBlockSpec& block) { return block.pool.has_value(); };
  const auto count = static_cast<std::size_t>(std::count_if(blocks.begin(), blocks.end(), pooling));
  const auto per_pool = [&](const char* column, IntegerRange range) {
    return list_of(fields.or_empty(column), range, count, "block that pools (2, 3, 6, 7 in layer_types)");
  };
  const std::vector<int> kernels = per_pool("poolKernels", kWindow);
  const std::vector<int> strides = per_pool("poolStrides", kWindow);
  const std::vector<int> paddings = per_pool("poolPaddings", kPadding);
  std::size_t i = 0;
  for (ConvBlockSpec& block : blocks) {
    if (!block.pool) continue;
    block.pool = PoolSpec{.kernel_size = kernels[i], .stride = strides[i], .padding = paddings[i]};
    ++i;
  }
}

void parse_head(const MetadataFields& fields, NetworkSpec& spec) {
  const Field& width_field = fields.at("FCFilters");
  const std::vector<int> widths = parse_integer_list(width_field, kChannels);
  if (widths.empty()) unexpected(width_field, "at least the number of classes");
  const std::vector<int> flags = list_of(fields.or_empty("FC_dropout_layers"), kFlag, widths.size() - 1,
                                         "hidden layer (all but the last of FCFilters)");
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    spec.hidden_linears.push_back({.out_features = widths[i], .dropout = flags[i] != 0});
  }
  spec.classes = widths.back();
  spec.fc_dropout_rate = parse_rate(fields.at("FC_dropout_rate"));
}

void parse_training(const MetadataFields& fields, NetworkSpec& spec) {
  spec.dataset = parse_name(fields.at("dataset"), "a name");
  spec.batch_size = parse_integer(fields.at("batch_size"), kBatchSize);
  spec.sgd.learning_rate = parse_quantity(fields.at("learning_rate"));
  spec.sgd.momentum = parse_quantity(fields.at("momentum"));
  spec.sgd.dampening = parse_quantity(fields.at("dampening"));
  spec.sgd.weight_decay = parse_quantity(fields.at("weight_decay"));
}

void parse_optional(const MetadataFields& fields, Table& table) {
  if (const Field* id = fields.find("ID")) table.spec.id = parse_name(*id, "an ID");
  if (const Field* seed = fields.find("random_seed")) table.spec.random_seed = parse_seed(*seed);
  if (const Field* gpu = fields.find("train_GPU")) table.train_gpu = parse_boolean(*gpu);
  if (const Field* flag = fields.find("torch_set_deterministic")) {
    table.torch_set_deterministic = parse_boolean(*flag);
  }
  if (const Field* loss = fields.find("loss_fn")) table.loss_fn = parse_name(*loss, "a name");
  if (const Field* optimizer = fields.find("optimizer")) table.optimizer = parse_name(*optimizer, "a name");
}

/// One number per element, joined by '-'.
template <class Elements, class Number>
std::string joined(const Elements& elements, Number number) {
  std::vector<int> values;
  for (const auto& element : elements) values.push_back(number(element));
  return integer_list_text(values);
}

std::string pools_text(const std::vector<ConvBlockSpec>& blocks, int PoolSpec::*number) {
  std::vector<int> values;
  for (const ConvBlockSpec& block : blocks) {
    if (block.pool) values.push_back((*block.pool).*number);
  }
  return integer_list_text(values);
}

std::string widths_text(const NetworkSpec& spec) {
  std::vector<int> widths;
  for (const HiddenLinearSpec& hidden : spec.hidden_linears) widths.push_back(hidden.out_features);
  widths.push_back(spec.classes);
  return integer_list_text(widths);
}

}  // namespace

const Field* MetadataFields::find(const std::string& column) const {
  const auto found = fields_.find(column);
  return found == fields_.end() ? nullptr : &found->second;
}

const Field& MetadataFields::at(const std::string& column) const {
  const Field* field = find(column);
  if (field == nullptr) throw UsageError(fmt::format("{}: {} is missing; add it", source_, column));
  return *field;
}

Field MetadataFields::or_empty(const std::string& column) const {
  const Field* field = find(column);
  return field != nullptr ? *field : Field{.text = "", .place = source_ + ": " + column};
}

Table parse_metadata(const MetadataFields& fields) {
  Table table;
  parse_optional(fields, table);
  parse_training(fields, table.spec);
  table.spec.conv_blocks = parse_conv_blocks(fields);
  parse_pools(fields, table.spec.conv_blocks);
  table.spec.dropout_rate = parse_rate(fields.at("dropout_rate"));
  parse_head(fields, table.spec);
  return table;
}

std::string nearest_column_text(const std::string& /*found*/) {
  return "";
}

std::vector<std::string> metadata_texts(const Table& table) {
  const NetworkSpec& spec = table.spec;
  const std::vector<ConvBlockSpec>& blocks = spec.conv_blocks;
  return {spec.id,
          std::to_string(spec.random_seed),
          boolean_text(table.train_gpu),
          boolean_text(table.torch_set_deterministic),
          spec.dataset,
          std::to_string(spec.batch_size),
          table.loss_fn,
          table.optimizer,
          number_text(spec.sgd.learning_rate),
          rate_text(spec.sgd.momentum),
          rate_text(spec.sgd.dampening),
          rate_text(spec.sgd.weight_decay),
          joined(blocks, [](const ConvBlockSpec& block) { return block.layer_type(); }),
          rate_text(spec.dropout_rate),
          joined(blocks, [](const ConvBlockSpec& block) { return block.kernel_size; }),
          joined(blocks, [](const ConvBlockSpec& block) { return block.stride; }),
          joined(blocks, [](const ConvBlockSpec& block) { return block.padding; }),
          pools_text(blocks, &PoolSpec::kernel_size),
          pools_text(blocks, &PoolSpec::stride),
          pools_text(blocks, &PoolSpec::padding),
          joined(blocks, [](const ConvBlockSpec& block) { return block.out_channels; }),
          rate_text(spec.fc_dropout_rate),
          joined(spec.hidden_linears, [](const HiddenLinearSpec& hidden) { return hidden.dropout ? 1 : 0; }),
          widths_text(spec)};
}

}  // namespace mayfly
