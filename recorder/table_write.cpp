#include <fmt/format.h>

#include "recorder/metadata.h"
#include "recorder/number_text.h"
#include "recorder/table.h"

namespace mayfly {
namespace {

std::string point_text(const Point& point) {
  return fmt::format("{} {} {} {}", number_text(point.epoch), number_text(point.train_loss),
                     number_text(point.val_loss), number_text(point.val_acc));
}

}  // namespace

const std::vector<std::string>& table_columns() {
  static const std::vector<std::string> columns = {"epochs",
                                                   "trainLoss",
                                                   "valLoss",
                                                   "valAcc",
                                                   "ID",
                                                   "random_seed",
                                                   "train_GPU",
                                                   "torch_set_deterministic",
                                                   "dataset",
                                                   "batch_size",
                                                   "loss_fn",
                                                   "optimizer",
                                                   "learning_rate",
                                                   "momentum",
                                                   "dampening",
                                                   "weight_decay",
                                                   "layer_types",
                                                   "dropout_rate",
                                                   "convKernels",
                                                   "convStrides",
                                                   "convPaddings",
                                                   "poolKernels",
                                                   "poolStrides",
                                                   "poolPaddings",
                                                   "convFilters",
                                                   "FC_dropout_rate",
                                                   "FC_dropout_layers",
                                                   "FCFilters"};
  return columns;
}

std::string table_text(const Table& table) {
  std::string text = fmt::format("{}\n", fmt::join(table_columns(), " "));
  const std::string no_numbers(kPointColumns - 1, ' ');
  const std::string first = table.points.empty() ? no_numbers : point_text(table.points.front());
  text += fmt::format("{} {}\n", first, fmt::join(metadata_texts(table), " "));
  const std::string no_metadata(kMetadataColumns, ' ');
  for (std::size_t row = 1; row < table.points.size(); ++row) {
    text += point_text(table.points[row]) + no_metadata + "\n";
  }
  return text;
}

}  // namespace mayfly
