// One network as the columns of an export want it.
#pragma once

#include <filesystem>

#include "core/shape.h"
#include "export/relation.h"
#include "recorder/journal.h"
#include "recorder/run_conventions.h"
#include "recorder/table.h"

namespace mayfly {

/// What is known of a network; pointers are null where nothing is.
struct KnownNetwork {
  const Table& table;
  std::string file;                                ///< below the folder that is exported
  const RunConventions* conventions = nullptr;     ///< campaign.json beside it
  const NetworkRecord* record = nullptr;           ///< of the journals
  std::optional<ImageShape> image = std::nullopt;  ///< of what it was trained on
};

/// The point of the journal that tells of this row of the table: same epoch, losses and accuracy. Null where
/// there is none.
const JournalPoint* journal_point_of(const KnownNetwork& network, const Point& point);

/// No rows yet.
Relation networks_relation();
Relation curves_relation();

void add_network(Relation& networks, const KnownNetwork& network);
void add_curve(Relation& curves, const KnownNetwork& network);

}  // namespace mayfly
