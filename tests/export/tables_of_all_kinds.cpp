#include "tables_of_all_kinds.h"

#include <limits>

#include "recorder/journal.h"
#include "recorder/run_conventions.h"
#include "recorder/tables_folder.h"

namespace mayfly {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kSeen = 100;

JournalPoint journal_point(const Point& point) {
  return {.index = 7,
          .point = point,
          .correct = static_cast<std::int64_t>(point.val_acc),
          .seen = kSeen,
          .train_seconds = 1.5,
          .val_seconds = 0.25,
          .device = "cpu: a \"small\" one, 1 thread"};
}

void write_journal(const std::filesystem::path& campaign, const Table& table) {
  JournalWriter journal(campaign);
  journal.claimed(table.spec.id, 7);
  for (const Point& point : table.points) journal.point(table.spec.id, journal_point(point));
  JournalPoint other = journal_point(table.points.back());
  other.point.train_loss += 1;  // of another attempt
  journal.point(table.spec.id, other);
  journal.complete(table.spec.id);
}

}  // namespace

Table plain_table(const std::string& id) {
  const NetworkSpec spec{
      .id = id,
      .random_seed = 4294967295,
      .dataset = "FashionMNIST",
      .batch_size = 20,
      .sgd = {.learning_rate = 1e-05, .momentum = 0.9},
      .dropout_rate = 0.25,
      .conv_blocks =
          {{.out_channels = 3, .kernel_size = 5, .relu = true, .dropout = true},
           {.out_channels = 4, .kernel_size = 3, .stride = 2, .padding = 1, .pool = PoolSpec{2, 2, 1}}},
      .fc_dropout_rate = 0.5,
      .hidden_linears = {{.out_features = 17, .dropout = true}, {.out_features = 9}},
      .classes = 10};
  return {.spec = spec,
          .points = {{0.5, 2.25, 2.3025850929940455, 11}, {1.0, 1.1, 1e-05, 52}, {1.5, 0.1, 1e16, 52}}};
}

Table diverged_table(const std::string& id) {
  const NetworkSpec spec{.id = id,
                         .random_seed = 0,
                         .dataset = "FashionMNIST",
                         .batch_size = 25,
                         .sgd = {.learning_rate = 1.0},
                         .conv_blocks = {{.out_channels = 1, .kernel_size = 28}},
                         .classes = 10};
  return {.spec = spec, .train_gpu = true, .points = {{0.5, 3.5, kInf, 10}, {1.0, kNan, kNan, 10}}};
}

void write_campaign_of_all_kinds(const std::filesystem::path& campaign) {
  const auto folder = tables_folder(campaign, "FashionMNIST", false);
  const Table plain = plain_table(kPlainId);
  write_table(folder, plain);
  write_table(folder, diverged_table(kDivergedId));
  write_run_conventions(folder, {.train_images = 60000,
                                 .validation_images = 10000,
                                 .epochs = 1,
                                 .seed_order = 12,
                                 .mayfly_version = "0.1.0"});
  write_journal(campaign, plain);
  Table trial = plain_table(kTrialId);
  trial.spec.dataset = "MNIST";
  trial.torch_set_deterministic = false;
  write_table(tables_folder(campaign, "MNIST", true), trial);
}

std::optional<ImageShape> known_shape(const NetworkSpec& spec, const RunConventions*) {
  if (spec.dataset != "FashionMNIST") return std::nullopt;
  return ImageShape{.channels = 1, .height = 28, .width = 28};
}

}  // namespace mayfly
