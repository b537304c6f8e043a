// What is known of the networks of a campaign, or of any folder of tables, as two relations (docs/schema.md):
//
//   networks   a row per table: its 24 metadata columns, its lists taken apart, counts, outcome, provenance
//   curves     a row per half epoch
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/network_spec.h"
#include "core/shape.h"
#include "export/relation.h"
#include "recorder/run_conventions.h"

namespace mayfly {

/// Shape of the images that a network was trained on; empty where it is not known: then its counts are
/// missing. `conventions` are those beside its table, or null.
using ImageShapeOf =
    std::function<std::optional<ImageShape>(const NetworkSpec& spec, const RunConventions* conventions)>;

struct Exported {
  Relation networks;
  Relation curves;
  std::size_t unreadable_journal_lines = 0;
  std::vector<std::string> left_out;  ///< tables that are damaged, and how
};

/// Reads all tables below `folder` (tables_below()) and the journals of the campaign, where it is one. What
/// no campaign.json or journal says is missing. Tables that are none, or have fewer rows than the epochs of
/// their campaign.json, are left out. Errors: DataError where there is no whole table; UsageError where two
/// are of the same ID.
Exported collect_export(const std::filesystem::path& folder, const ImageShapeOf& image_shape_of);

}  // namespace mayfly
