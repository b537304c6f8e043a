#include "cli/verify_retrain.h"

#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <random>
#include <utility>

#include "cli/say.h"
#include "core/error.h"
#include "kernels/backend.h"
#include "recorder/durable_file.h"
#include "recorder/spec_file.h"
#include "trainer/config/lock_file.h"
#include "trainer/conventions.h"
#include "trainer/replay.h"

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;

Dataset load_for(const Table& table, const RunConventions& recorded, const std::optional<Campaign>& campaign,
                 const std::string& data_root) {
  if (campaign) return load_campaign_dataset(*campaign, table.spec.dataset, data_root);
  const auto count = [](const std::optional<std::int64_t>& listed, std::int64_t images) {
    return static_cast<std::uint64_t>(listed.value_or(images));
  };
  return load_any_dataset(
      {.entry = table.spec.dataset,
       .roots = data_roots(data_root, {}),
       .images = image_options(recorded),
       .max_train_images = count(recorded.train_images_listed, recorded.train_images),
       .max_validation_images = count(recorded.validation_images_listed, recorded.validation_images)});
}

Table read_repeatable_table(const fs::path& file) {
  Table table = read_table(file);
  table.spec = read_spec(file);  // refuses losses and optimizers that are not ours
  if (!table.torch_set_deterministic)
    throw UsageError(fmt::format(
        "{}: torch_set_deterministic: expected True, found False: such a table cannot be made again "
        "to the byte; `mayfly replay` compares the courses",
        file.string()));
  return table;
}

/// Data sets by folder of tables and name: conventions decide how many images there are.
class Datasets {
 public:
  Datasets(const std::optional<Campaign>& campaign, std::string data_root)
      : campaign_(campaign), data_root_(std::move(data_root)) {}

  const Dataset& of(const fs::path& file, const Table& table, const RunConventions& recorded) {
    const std::pair key(file.parent_path(), table.spec.dataset);
    auto found = loaded_.find(key);
    if (found == loaded_.end())
      found = loaded_.emplace(key, load_for(table, recorded, campaign_, data_root_)).first;
    return found->second;
  }

 private:
  const std::optional<Campaign>& campaign_;
  std::string data_root_;
  std::map<std::pair<fs::path, std::string>, Dataset> loaded_;
};

void require_same_images(const fs::path& file, const ReplayResult& result, const Dataset& dataset) {
  if (result.same_images) return;
  throw UsageError(
      fmt::format("{}: expected the images that campaign.json records, found {} and {} others of {}; see "
                  "--data-root",
                  file.string(), dataset.train.count(), dataset.validation.count(), dataset.name));
}

void retrain_one(const fs::path& file, Datasets& datasets, const DeviceOptions& device, const StopCheck& stop,
                 Retraining& result) {
  Table table = read_repeatable_table(file);
  const ReplayConventions conventions = resolve_conventions(table, file, {});
  const Dataset& dataset = datasets.of(file, table, conventions.values);
  say("Training {} again\n", table.spec.id);
  const ReplayResult again =
      replay(table, dataset, conventions, {.device = device.device, .threads = device.cores()}, {}, stop);
  result.interrupted = again.interrupted;
  if (again.interrupted) return;
  require_same_images(file, again, dataset);
  table.points = again.courses.front().points;
  result.tables.push_back(file);
  const std::string expected = table_text(table);
  if (auto difference = first_difference(file.string(), expected, read_whole_file(file))) {
    difference->expected += " as trained again";
    if (conventions.values.arithmetic == "fast")
      difference->expected += " (fast arithmetic: equal only on one kind of GPU with the same libraries)";
    result.differences.push_back(std::move(*difference));
  }
}

}  // namespace

std::vector<fs::path> draw_tables(std::vector<fs::path> tables, std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const std::size_t drawn = std::min(count, tables.size());
  for (std::size_t i = 0; i < drawn; ++i) {
    const std::size_t other = i + random() % (tables.size() - i);
    std::swap(tables[i], tables[other]);
  }
  tables.resize(drawn);
  return tables;
}

Retraining retrain(const std::vector<fs::path>& tables, const std::optional<Campaign>& campaign,
                   const DeviceOptions& device, const StopCheck& stop) {
  if (campaign && campaign->lifespan.arithmetic == Arithmetic::fast)
    require_locked_numerics(campaign->folder, open_device(device.device, Arithmetic::fast)->numerics());
  Retraining result;
  Datasets datasets(campaign, device.data_root);
  for (const fs::path& file : tables) {
    if (result.interrupted) break;
    retrain_one(file, datasets, device, stop, result);
  }
  return result;
}

}  // namespace mayfly::cli
