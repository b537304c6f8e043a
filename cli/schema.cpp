#include <fmt/format.h>

#include <array>
#include <cstdio>

#include "cli/commands.h"
#include "trainer/config/campaign_config.h"

namespace mayfly::cli {
namespace {

struct Column {
  const char* name;
  const char* meaning;
};

// tests/cli compares the names with recorder/table.h.
constexpr std::array<Column, 28> kColumns{{
    {"epochs", "0.5, 1.0, ...: every half epoch is a row"},
    {"trainLoss", "mean of the batch losses of this half epoch"},
    {"valLoss", "mean of the validation batch losses; see val_loss in campaign.json"},
    {"valAcc", "validation accuracy in percent"},
    {"ID", "name of the network, a virtual time; the columns from here on are in the first row only"},
    {"random_seed", "32 bits: weights, batch order and dropout follow from it"},
    {"train_GPU", "whether a GPU trained any part of it"},
    {"torch_set_deterministic", "True: training can be repeated exactly"},
    {"dataset", "CIFAR100, FashionMNIST, ..."},
    {"batch_size", "images per step"},
    {"loss_fn", "CrossEntropyLoss"},
    {"optimizer", "SGD"},
    {"learning_rate", "of SGD"},
    {"momentum", "0: off"},
    {"dampening", "0: off"},
    {"weight_decay", "0: off"},
    {"layer_types", "per block: 1 ReLU + 2 pooling + 4 dropout, joined by '-' like all lists"},
    {"dropout_rate", "of the blocks with dropout; 0: none"},
    {"convKernels", "edge of the kernel, per block"},
    {"convStrides", "per block"},
    {"convPaddings", "zeros around the map, per block"},
    {"poolKernels", "per block that pools"},
    {"poolStrides", "per block that pools"},
    {"poolPaddings", "per block that pools"},
    {"convFilters", "output channels, per block"},
    {"FC_dropout_rate", "of the flagged hidden Linear layers; 0: off"},
    {"FC_dropout_layers", "0 or 1 per hidden Linear layer"},
    {"FCFilters", "widths of the Linear layers; the last is the number of classes"},
}};

ExitCode print_schema() {
  fmt::print("Table (DIR/tables/<dataset>/<ID>.txt): text, single spaces, one row per half epoch\n\n");
  for (const Column& column : kColumns) fmt::print("  {:<24} {}\n", column.name, column.meaning);
  fmt::print("\ncampaign.toml, with the values of preset published:\n\n{}",
             config_toml_text(preset_config("published")));
  fmt::print("\nEvery file that Mayfly writes: docs/schema.md\n");
  return ExitCode::complete;
}

}  // namespace

void add_schema(Commands& commands) {
  commands.add("schema", "The columns of a table and the keys of campaign.toml",
               "  mayfly schema\n"
               "  mayfly schema | less",
               print_schema);
}

}  // namespace mayfly::cli
