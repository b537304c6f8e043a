#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/campaign_folder.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/rows.h"
#include "cli/say.h"
#include "cli/signals.h"
#include "cli/single_table.h"
#include "cli/text.h"
#include "kernels/backend.h"
#include "recorder/spec_file.h"
#include "trainer/campaign.h"
#include "trainer/config/lock_file.h"
#include "trainer/conventions.h"
#include "trainer/self_check.h"

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;

struct TrainOptions {
  std::string spec_file;
  std::string campaign;
  std::optional<std::uint32_t> index;
  std::string output;
  std::optional<double> epochs;
  std::optional<std::uint32_t> seed;
  DeviceOptions device;
  ConventionOptions conventions;
  SplitSeeds seeds;
};

/// What is to be trained, and how.
struct Task {
  NetworkSpec spec;
  LifespanOptions lifespan;
  DatasetRequest dataset;
};

Task task_of_file(const TrainOptions& options) {
  Task task{.spec = read_spec(options.spec_file)};
  task.dataset = {.entry = task.spec.dataset, .roots = data_roots(options.device.data_root, {})};
  if (task.spec.id.empty()) task.spec.id = fs::path(options.spec_file).stem().string();
  return task;
}

Task task_of_campaign(const TrainOptions& options) {
  const Campaign campaign = open_locked_campaign(options.campaign, options.device.data_root);
  const SampledNetwork sampled = plan_network(campaign, *options.index).sampled;
  const std::string& entry = campaign.config.campaign.dataset.at(sampled.dataset);
  return {.spec = sampled.spec,
          .lifespan = campaign.lifespan,
          .dataset = dataset_request(campaign.config, entry, options.device.data_root)};
}

Task task_of(const TrainOptions& options) {
  if (options.spec_file.empty() == options.campaign.empty())
    throw UsageError("train: expected either --spec FILE or DIR --index I");
  if (!options.campaign.empty() && !options.index) throw UsageError("train: DIR needs --index I");
  Task task = options.spec_file.empty() ? task_of_campaign(options) : task_of_file(options);
  if (options.epochs) task.lifespan.epochs = *options.epochs;
  if (options.seed) task.spec.random_seed = *options.seed;
  if (!options.conventions.normalize.empty())
    task.lifespan.normalize = parse_normalize(options.conventions.normalize);
  if (!options.conventions.conv_dropout.empty())
    task.lifespan.element_dropout = parse_element_dropout(options.conventions.conv_dropout);
  if (!options.conventions.val_loss.empty())
    task.lifespan.val_loss = parse_val_loss(options.conventions.val_loss);
  if (!options.conventions.arithmetic.empty())
    task.lifespan.arithmetic = parse_arithmetic(options.conventions.arithmetic);
  task.lifespan.seeds = options.seeds;
  half_epoch_count(task.lifespan.epochs);  // refuses what is no multiple of 0.5, before anything is loaded
  return task;
}

ExitCode train(const TrainOptions& options) {
  const Task task = task_of(options);
  const Dataset dataset = load_any_dataset(task.dataset);
  const auto device = open_device(options.device.device, task.lifespan.arithmetic);
  if (!options.campaign.empty() && task.lifespan.arithmetic == Arithmetic::fast)
    require_locked_numerics(options.campaign, device->numerics());
  self_check(*device->make_backend(options.device.cores()), task.lifespan.arithmetic);
  const auto backend = device->make_backend(options.device.cores());
  say("{} on {}, {}\n", task.spec.id, dataset.name, backend->description());
  watch_signals();
  fmt::print("{}\n", row_heading());
  const auto print_row = [](const HalfEpoch& half) {
    fmt::print("{}\n", row_text(half.point));
    std::fflush(stdout);
  };
  const LifespanResult result = live(*backend, task.spec, dataset, task.lifespan, print_row, signalled);
  if (result.interrupted) {
    say("Interrupted: the same command starts this network again.\n");
    return ExitCode::interrupted;
  }
  if (result.diverged_since)
    say("Diverged: losses are no numbers since epoch {:.1f}\n", *result.diverged_since);
  say("{}\n", duration_text(result.seconds));
  if (!options.output.empty())
    write_single_table(options.output,
                       {.spec = task.spec, .train_gpu = backend->is_cuda(), .points = result.points},
                       task.lifespan, dataset);
  return ExitCode::complete;
}

}  // namespace

void add_train(Commands& commands) {
  const auto options = std::make_shared<TrainOptions>();
  CLI::App* command = commands.add("train", "Train one network and print its rows",
                                   "  mayfly train --spec docs/examples/lenet.toml --epochs 5\n"
                                   "  mayfly train DIR --index 17 --output again",
                                   [options] { return train(*options); });
  command->add_option("DIR", options->campaign, "Campaign the network belongs to");
  command->add_option("--index", options->index, "Number of the network in the campaign, from 0");
  command->add_option("--spec", options->spec_file,
                      "A table, or TOML with the table's column names (docs/schema.md)");
  command->add_option("--epochs", options->epochs, "Epochs to live, a multiple of 0.5 (default 40)");
  command->add_option("--seed", options->seed, "random_seed, instead of the one in the file");
  command->add_option("--output", options->output, "Folder to write the table into");
  add_convention_options(*command, options->conventions);
  add_split_seeds(*command, options->seeds);
  add_device_options(*command, options->device, kDeviceByArithmetic);
}

}  // namespace mayfly::cli
