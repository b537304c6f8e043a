#include <fmt/format.h>

#include "core/error.h"
#include "kernels/backend.h"
#include "trainer/conventions.h"
#include "trainer/replay.h"

namespace mayfly {
namespace {

/// Epochs of the table; UsageError unless its rows are 0.5, 1.0, 1.5, ...
double epochs_of(const Table& table, const std::filesystem::path& file) {
  for (std::size_t row = 0; row < table.points.size(); ++row) {
    const double expected = 0.5 * static_cast<double>(row + 1);
    if (table.points[row].epoch != expected)
      throw UsageError(
          fmt::format("{}: row {}: epochs: expected {}, found {}: replays go half epoch by half epoch",
                      file.string(), row + 1, expected, table.points[row].epoch));
  }
  if (table.points.empty()) throw UsageError(file.string() + ": expected at least one row, found none");
  return 0.5 * static_cast<double>(table.points.size());
}

ReplayConventions known_conventions(const Table& table, const std::filesystem::path& file) {
  if (const auto recorded = read_run_conventions(file.parent_path()))
    return {.values = *recorded, .source = "campaign.json"};
  if (table.torch_set_deterministic) return {.values = {}, .source = "defaults"};
  return {.values = {.normalize = "half", .conv_dropout = "channel", .val_loss = "published"},
          .source = "published conventions"};
}

void apply_options(const ReplayOptions& options, ReplayConventions& conventions) {
  const auto set = [&](const char* key, auto& value, const auto& wanted) {
    if (!wanted) return;
    value = *wanted;
    conventions.from_options.push_back(key);
  };
  const auto dropout_name = [](bool element) { return std::string(element ? "element" : "channel"); };
  const auto named = [](const auto& option, const auto& name) {
    return option ? std::optional<std::string>(name(*option)) : std::nullopt;
  };
  RunConventions& values = conventions.values;
  set("normalize", values.normalize, named(options.normalize, [](Normalize n) { return to_string(n); }));
  set("conv_dropout", values.conv_dropout, named(options.element_dropout, dropout_name));
  set("val_loss", values.val_loss,
      named(options.val_loss, [](ValLossConvention convention) { return to_string(convention); }));
  set("arithmetic", values.arithmetic,
      named(options.arithmetic, [](Arithmetic arithmetic) { return to_string(arithmetic); }));
  set("seed_init", values.seed_init, options.seeds.init);
  set("seed_order", values.seed_order, options.seeds.order);
  set("seed_dropout", values.seed_dropout, options.seeds.dropout);
  set("epochs", values.epochs, options.epochs);
}

}  // namespace

ReplayConventions resolve_conventions(const Table& table, const std::filesystem::path& table_file,
                                      const ReplayOptions& options) {
  const double epochs = epochs_of(table, table_file);
  ReplayConventions conventions = known_conventions(table, table_file);
  conventions.values.epochs = epochs;
  apply_options(options, conventions);
  half_epoch_count(conventions.values.epochs);
  if (conventions.values.epochs > epochs)
    throw UsageError(fmt::format("epochs: expected at most the {} of {}, found {}", epochs,
                                 table_file.string(), conventions.values.epochs));
  lifespan_options(conventions.values);  // refuses what this version does not do
  return conventions;
}

}  // namespace mayfly
