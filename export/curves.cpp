#include <cmath>

#include "export/known_network.h"

namespace mayfly {
namespace {

bool same_number(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

/// The table's valLoss as the journal knows it.
double table_val_loss(const JournalPoint& point) {
  return point.val_loss_published.value_or(point.point.val_loss);
}

struct CurveRow {
  const KnownNetwork& network;
  const Point& point;
  const JournalPoint* journal;  // null: it says nothing
};

struct CurveColumn {
  const char* name;
  ColumnType type;
  void (*add)(Column& column, const CurveRow& row);
};

/// From the journal.
template <class Value, class Source>
void add_known(Column& column, const CurveRow& row, Source JournalPoint::*member) {
  if (row.journal != nullptr)
    column.add(static_cast<Value>(row.journal->*member));
  else
    column.add_missing();
}

void add_val_loss_mean(Column& column, const CurveRow& row) {
  if (row.journal != nullptr)
    column.add(row.journal->point.val_loss);
  else
    column.add_missing();
}

constexpr CurveColumn kColumns[] = {
    {"ID", ColumnType::text, [](Column& c, const CurveRow& row) { c.add(row.network.table.spec.id); }},
    {"epochs", ColumnType::real, [](Column& c, const CurveRow& row) { c.add(row.point.epoch); }},
    {"trainLoss", ColumnType::real, [](Column& c, const CurveRow& row) { c.add(row.point.train_loss); }},
    {"valLoss", ColumnType::real, [](Column& c, const CurveRow& row) { c.add(row.point.val_loss); }},
    {"valAcc", ColumnType::real, [](Column& c, const CurveRow& row) { c.add(row.point.val_acc); }},
    {"val_loss_mean", ColumnType::real, add_val_loss_mean},
    {"correct", ColumnType::integer,
     [](Column& c, const CurveRow& row) { add_known<std::int64_t>(c, row, &JournalPoint::correct); }},
    {"seen", ColumnType::integer,
     [](Column& c, const CurveRow& row) { add_known<std::int64_t>(c, row, &JournalPoint::seen); }},
    {"train_seconds", ColumnType::real,
     [](Column& c, const CurveRow& row) { add_known<double>(c, row, &JournalPoint::train_seconds); }},
    {"val_seconds", ColumnType::real,
     [](Column& c, const CurveRow& row) { add_known<double>(c, row, &JournalPoint::val_seconds); }},
};

}  // namespace

const JournalPoint* journal_point_of(const KnownNetwork& network, const Point& point) {
  if (network.record == nullptr) return nullptr;
  const auto found = network.record->points.find(point.epoch);
  if (found == network.record->points.end()) return nullptr;
  const JournalPoint& journal = found->second;
  const bool same = same_number(journal.point.train_loss, point.train_loss) &&
                    same_number(table_val_loss(journal), point.val_loss) &&
                    same_number(journal.point.val_acc, point.val_acc);
  return same ? &journal : nullptr;
}

Relation curves_relation() {
  Relation curves{.name = "curves", .columns = {}, .primary_key = {"ID", "epochs"}};
  for (const CurveColumn& column : kColumns) curves.columns.emplace_back(column.name, column.type);
  return curves;
}

void add_curve(Relation& curves, const KnownNetwork& network) {
  for (const Point& point : network.table.points) {
    const CurveRow row{.network = network, .point = point, .journal = journal_point_of(network, point)};
    for (std::size_t i = 0; i < curves.columns.size(); ++i) kColumns[i].add(curves.columns[i], row);
  }
}

}  // namespace mayfly
