#include "cli/verify_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "data/locate.h"
#include "recorder/metadata.h"
#include "recorder/number_text.h"

namespace mayfly::cli {
namespace {

/// Of a table without a campaign.json: other programs may divide before they multiply.
constexpr double kRounding = 1e-12;

/// The parsed table, and the ways to say what is wrong with it.
struct Verifier {
  const TableToVerify& source;
  const Table& table;
  const ReportDifference& report;

  void say(std::size_t line, const std::string& column, std::string expected, std::string found) const {
    report({.file = source.file.string(),
            .line = line,
            .column = column,
            .expected = std::move(expected),
            .found = std::move(found)});
  }
  void say_row(std::size_t row, const std::string& column, std::string expected, double found) const {
    say(row + 2, column, std::move(expected), number_text(found));
  }
};

void verify_text(const Verifier& v) {
  if (v.source.conventions == nullptr) return;
  const std::string text = table_text(v.table);
  if (text == v.source.text) return;
  if (const auto difference = first_difference(v.source.file.string(), text, v.source.text))
    v.report(*difference);
}

void verify_metadata(const Verifier& v) {
  const std::string name = v.source.file.stem().string();
  if (v.table.spec.id != name) v.say(2, "ID", name + " as the file's name", v.table.spec.id);
  if (v.source.planned == nullptr) return;
  const std::vector<std::string> planned = metadata_texts({.spec = *v.source.planned});
  const std::vector<std::string> found = metadata_texts(v.table);
  for (std::size_t i = 0; i < planned.size(); ++i) {
    const std::string& column = table_columns().at(i + kPointColumns);
    if (column != "train_GPU" && column != "ID" && planned[i] != found[i])
      v.say(2, column, planned[i] + " as planned", found[i]);
  }
}

void verify_epochs(const Verifier& v) {
  const std::vector<Point>& points = v.table.points;
  for (std::size_t row = 0; row < points.size(); ++row) {
    const double expected = 0.5 * static_cast<double>(row + 1);
    if (points[row].epoch == expected) continue;
    v.say_row(row, "epochs", number_text(expected), points[row].epoch);
    break;  // all later ones are shifted too
  }
  if (v.source.conventions == nullptr) return;
  const auto rows = static_cast<std::size_t>(std::llround(v.source.conventions->epochs * 2));
  if (points.size() != rows)
    v.say(0, "", fmt::format("{} rows ({} epochs in campaign.json)", rows, v.source.conventions->epochs),
          fmt::format("{}", points.size()));
}

/// Validation images that a pass sees; 0 where that is not known.
std::int64_t images_seen(const Verifier& v) {
  std::int64_t images = v.source.conventions != nullptr ? v.source.conventions->validation_images : 0;
  for (const DatasetInfo& info : known_datasets())
    if (images == 0 && info.name == v.table.spec.dataset)
      images = static_cast<std::int64_t>(info.validation_images);
  return images / v.table.spec.batch_size * v.table.spec.batch_size;
}

void verify_accuracy(const Verifier& v) {
  const auto seen = static_cast<double>(images_seen(v));
  if (seen == 0) return;
  const double tolerance = v.source.conventions != nullptr ? 0 : kRounding;
  for (std::size_t row = 0; row < v.table.points.size(); ++row) {
    const double found = v.table.points[row].val_acc;
    const double correct = std::round(found * seen / 100);
    const double nearest = 100.0 * correct / seen;
    if (std::abs(found - nearest) > tolerance * nearest)
      v.say_row(row, "valAcc",
                fmt::format("100*k/{} for a whole k, the nearest is {}", seen, number_text(nearest)), found);
  }
}

void verify_losses(const Verifier& v) {
  bool lost = false;  // a training loss was NaN: so are all parameters of the last layer from there on
  const auto verify = [&](std::size_t row, const char* column, double loss) {
    if (lost && !std::isnan(loss)) v.say_row(row, column, "nan, as trainLoss was before", loss);
    if (loss < 0) v.say_row(row, column, "a loss of 0 or more", loss);
  };
  for (std::size_t row = 0; row < v.table.points.size(); ++row) {
    const Point& point = v.table.points[row];
    lost = lost || std::isnan(point.train_loss);
    verify(row, "trainLoss", point.train_loss);
    verify(row, "valLoss", point.val_loss);
  }
}

void verify_journal_row(const Verifier& v, std::size_t row, const JournalPoint& journal) {
  const Point& point = v.table.points[row];
  const auto same = [&](const char* column, double found, double recorded) {
    if (number_text(found) != number_text(recorded))
      v.say_row(row, column, number_text(recorded) + " as in the journal", found);
  };
  same("trainLoss", point.train_loss, journal.point.train_loss);
  same("valLoss", point.val_loss, journal.val_loss_published.value_or(journal.point.val_loss));
  same("valAcc", point.val_acc, journal.point.val_acc);
  const double counted = 100.0 * static_cast<double>(journal.correct) / static_cast<double>(journal.seen);
  if (number_text(counted) != number_text(journal.point.val_acc))
    v.say_row(row, "valAcc",
              fmt::format("{} = 100*{}/{} as counted in the journal", number_text(counted), journal.correct,
                          journal.seen),
              point.val_acc);
}

void verify_journal(const Verifier& v) {
  if (v.source.record == nullptr) return;
  const auto& recorded = v.source.record->points;
  for (std::size_t row = 0; row < v.table.points.size(); ++row) {
    const auto found = recorded.find(v.table.points[row].epoch);
    if (found != recorded.end()) verify_journal_row(v, row, found->second);
  }
}

}  // namespace

std::optional<Table> verify_table(const TableToVerify& source, const ReportDifference& report) {
  Table table;
  try {
    table = parse_table(source.text, source.file.filename().string());
  } catch (const UsageError& error) {  // says line, column, expected, found
    report({.file = source.file.string(), .expected = "a table", .found = error.what()});
    return std::nullopt;
  }
  const Verifier verifier{.source = source, .table = table, .report = report};
  verify_text(verifier);
  verify_metadata(verifier);
  verify_epochs(verifier);
  verify_accuracy(verifier);
  verify_losses(verifier);
  verify_journal(verifier);
  return table;
}

}  // namespace mayfly::cli
