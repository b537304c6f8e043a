#include "cli/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "core/device_list.h"

namespace mayfly::cli {

int DeviceOptions::cores() const {
  if (threads > 0) return threads;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::string is_device_list(const std::string& text) {
  if (parse_device_list(text)) return "";
  return fmt::format("expected {}, found '{}'", kDeviceListForm, text);
}

void add_device_options(CLI::App& command, DeviceOptions& options, const std::string& without) {
  command.add_option("--data-root", options.data_root, "Folder to look for data sets in first");
  command
      .add_option("--device", options.device,
                  "What to compute on: cpu, cuda (all GPUs), cuda:0,2 (default: " + without + ")")
      ->check(is_device_list);
  command.add_option("--threads", options.threads, "Cores to use in all (default: every core)")
      ->check(CLI::Range(1, 4096));
}

void add_set_option(CLI::App& command, std::vector<std::string>& settings) {
  command.add_option("--set", settings, "key=value: any key of campaign.toml; may be repeated")
      ->allow_extra_args(false);
}

void add_split_seeds(CLI::App& command, SplitSeeds& seeds) {
  command.add_option("--seed-init", seeds.init, "Seed of the initial weights, instead of random_seed");
  command.add_option("--seed-order", seeds.order, "Seed of the batch order, instead of random_seed");
  command.add_option("--seed-dropout", seeds.dropout, "Seed of the dropout masks, instead of random_seed");
}

void add_convention_options(CLI::App& command, ConventionOptions& options) {
  command.add_option("--normalize", options.normalize, "Pixels: half, none or dataset");
  command.add_option("--conv-dropout", options.conv_dropout,
                     "Dropout in convolution blocks: channel or element");
  command.add_option("--arithmetic", options.arithmetic,
                     "exact: the same bits everywhere; fast: the vendor's kernels, CUDA only");
  command.add_option("--val-loss", options.val_loss, "Column valLoss: mean or published");
}

}  // namespace mayfly::cli
