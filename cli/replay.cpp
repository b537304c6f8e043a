#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/say.h"
#include "cli/signals.h"
#include "cli/single_table.h"
#include "data/any_dataset.h"
#include "recorder/run_conventions.h"
#include "recorder/spec_file.h"
#include "trainer/config/lock_file.h"
#include "trainer/conventions.h"
#include "trainer/replay.h"

namespace mayfly::cli {
namespace {

struct ReplayCommand {
  std::string table;
  std::string output;
  std::uint32_t seeds = 1;
  std::optional<double> epochs;
  std::uint64_t max_train_images = 0;
  std::uint64_t max_validation_images = 0;
  ConventionOptions conventions;
  SplitSeeds split;
  DeviceOptions device;
};

ReplayOptions asked_for(const ReplayCommand& command) {
  ReplayOptions options{.epochs = command.epochs, .seeds = command.split};
  const ConventionOptions& named = command.conventions;
  if (!named.normalize.empty()) options.normalize = parse_normalize(named.normalize);
  if (!named.conv_dropout.empty()) options.element_dropout = parse_element_dropout(named.conv_dropout);
  if (!named.val_loss.empty()) options.val_loss = parse_val_loss(named.val_loss);
  if (!named.arithmetic.empty()) options.arithmetic = parse_arithmetic(named.arithmetic);
  return options;
}

void print_conventions(const ReplayConventions& conventions) {
  const RunConventions& v = conventions.values;
  std::string from_options;
  for (const std::string& key : conventions.from_options)
    from_options += (from_options.empty() ? "" : ", ") + key;
  fmt::print("Conventions: {}{}\n", conventions.source,
             from_options.empty() ? "" : fmt::format("; from options: {}", from_options));
  fmt::print(
      "  normalize {}, conv_dropout {}, val_loss {}, drop_last {}, arithmetic {} version {}, epochs {}\n",
      v.normalize, v.conv_dropout, v.val_loss, v.drop_last, v.arithmetic, v.arithmetic_version, v.epochs);
}

void print_heading(bool spread) {
  fmt::print("{:>6} {:>10} {:>10} {:>10} {:>10} {:>8} {:>8} {:>10} {:>10} {:>8}{}\n", "epoch", "trainLoss",
             "replay", "valLoss", "replay", "valAcc", "replay", "d train", "d val", "d acc",
             spread ? "   trainLoss over seeds" : "");
}

void print_row(const ReplayRow& row, bool spread) {
  const Point &t = row.table, &r = row.replay, &d = row.difference;
  fmt::print(
      "{:>6.1f} {:>10.6f} {:>10.6f} {:>10.6f} {:>10.6f} {:>8.3f} {:>8.3f} {:>10.2e} {:>10.2e} {:>8.3f}",
      t.epoch, t.train_loss, r.train_loss, t.val_loss, r.val_loss, t.val_acc, r.val_acc, d.train_loss,
      d.val_loss, d.val_acc);
  if (spread) fmt::print("   {:.6f} .. {:.6f}", row.range.lowest.train_loss, row.range.highest.train_loss);
  fmt::print("\n");
}

/// How many rows of the table lie within the seeds' range of one column.
std::size_t rows_within(const ReplayResult& result, double Point::*column) {
  std::size_t within = 0;
  for (const ReplayRow& row : result.rows)
    if (row.table.*column >= row.range.lowest.*column && row.table.*column <= row.range.highest.*column)
      ++within;
  return within;
}

void print_summary(const ReplayResult& result, const ReplayConventions& conventions) {
  if (!result.same_images)
    fmt::print(
        "The images are not those of the table (their number, or their hash in campaign.json): only courses "
        "can "
        "be compared, not values.\n");
  if (result.equal) {
    fmt::print("Equal: all {} rows.\n", result.rows.size());
    return;
  }
  const Point& l = result.largest;
  fmt::print(
      "Different from row {:.1f} on. Largest differences: trainLoss {:.6g}, valLoss {:.6g}, valAcc {:.4g}.\n",
      l.epoch, l.train_loss, l.val_loss, l.val_acc);
  if (result.courses.size() > 1)
    fmt::print("Rows within the range of {} seeds: trainLoss {}, valLoss {}, valAcc {} of {}.\n",
               result.courses.size(), rows_within(result, &Point::train_loss),
               rows_within(result, &Point::val_loss), rows_within(result, &Point::val_acc),
               result.rows.size());
  if (conventions.values.arithmetic == "fast")
    fmt::print("Fast arithmetic gives equal bits only on one kind of GPU with the same libraries.\n");
  if (conventions.assumed())
    fmt::print("The conventions above were assumed ({}): a difference may come from them.\n",
               conventions.source);
}

Table replayed_table(const Table& table, const ReplayCourse& course) {
  Table replayed{.spec = table.spec, .train_gpu = course.train_gpu, .points = course.points};
  replayed.spec.random_seed = course.random_seed;
  return replayed;
}

/// What a data set is called, and where it may lie.
struct DatasetPlace {
  std::string entry;
  std::string data_root;
};

/// As the campaign says that the table lies in; a table by itself knows only a name.
DatasetPlace dataset_place(const std::filesystem::path& table_file, const std::string& name) {
  const std::filesystem::path folder =
      std::filesystem::absolute(table_file).parent_path();  // DIR/tables/NAME
  const std::optional<CampaignLock> lock = read_lock(folder.parent_path().parent_path());
  if (!lock) return {name, ""};
  for (const std::string& entry : lock->config.campaign.dataset)
    if (table_name(entry) == name) return {entry, lock->config.campaign.data_root};
  return {name, lock->config.campaign.data_root};
}

Dataset images_of(const ReplayCommand& command, const Table& table, const RunConventions& recorded) {
  const auto wanted = [](std::uint64_t asked_for, std::optional<std::int64_t> listed, std::int64_t read) {
    return asked_for != 0 ? asked_for : static_cast<std::uint64_t>(listed.value_or(read));
  };
  const DatasetPlace place = dataset_place(command.table, table.spec.dataset);
  return load_any_dataset(
      {.entry = place.entry,
       .roots = data_roots(command.device.data_root, place.data_root),
       .images = image_options(recorded),
       .max_train_images =
           wanted(command.max_train_images, recorded.train_images_listed, recorded.train_images),
       .max_validation_images = wanted(command.max_validation_images, recorded.validation_images_listed,
                                       recorded.validation_images)});
}

ExitCode run_replay(const ReplayCommand& command) {
  Table table = read_table(command.table);
  table.spec = read_spec(command.table);  // refuses losses and optimizers that are not ours
  const ReplayConventions conventions = resolve_conventions(table, command.table, asked_for(command));
  const Dataset dataset = images_of(command, table, conventions.values);
  print_conventions(conventions);
  watch_signals();
  const auto progress = [](std::uint32_t k, const HalfEpoch& half) {
    say("replay {}: epoch {:.1f}, trainLoss {:.6f}, valAcc {:.3f}\n", k + 1, half.point.epoch,
        half.point.train_loss, half.point.val_acc);
  };
  const ReplayPlan plan{
      .seeds = command.seeds, .device = command.device.device, .threads = command.device.cores()};
  const ReplayResult result = replay(table, dataset, conventions, plan, progress, signalled);
  print_heading(command.seeds > 1);
  for (const ReplayRow& row : result.rows) print_row(row, command.seeds > 1);
  if (result.interrupted) return ExitCode::interrupted;
  print_summary(result, conventions);
  if (!command.output.empty())
    write_single_table(command.output, replayed_table(table, result.courses.front()),
                       lifespan_options(conventions.values), dataset);
  // Published tables were made by another program, images may have been left out on purpose, and a table by
  // itself does not know its images.
  const bool may_differ = !table.torch_set_deterministic || command.max_train_images != 0 ||
                          command.max_validation_images != 0 ||
                          (conventions.assumed() && !result.same_images);
  return !may_differ && !result.equal ? ExitCode::mismatch : ExitCode::complete;
}

}  // namespace

void add_replay(Commands& commands) {
  const auto options = std::make_shared<ReplayCommand>();
  CLI::App* command = commands.add("replay", "Retrain the network of a table and compare, row by row",
                                   "  mayfly replay DIR/tables/FashionMNIST/2026_01_01_00_00_00_000003.txt\n"
                                   "  mayfly replay published.txt --data-root data --epochs 3 --seeds 5",
                                   [options] { return run_replay(*options); });
  command->add_option("TABLE", options->table, "A table, ours or a published one")->required();
  command->add_option("--seeds", options->seeds, "Replay with this many seeds, the table's own first")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--epochs", options->epochs, "Compare the first epochs only");
  command->add_option("--output", options->output, "Folder to write the replayed table into");
  command->add_option("--max-train-images", options->max_train_images, "Use the first training images only");
  command->add_option("--max-val-images", options->max_validation_images,
                      "Use the first validation images only");
  add_convention_options(*command, options->conventions);
  add_split_seeds(*command, options->split);
  add_device_options(*command, options->device, kDeviceByArithmetic);
}

}  // namespace mayfly::cli
