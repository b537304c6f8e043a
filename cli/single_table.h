// A table outside a campaign: what `train` and `replay` leave where --output says.
#pragma once

#include <filesystem>

#include "data/dataset.h"
#include "recorder/table.h"
#include "trainer/lifespan.h"

namespace mayfly::cli {

/// Writes the table, and beside it campaign.json: how it was made. Says where.
void write_single_table(const std::filesystem::path& folder, const Table& table,
                        const LifespanOptions& options, const Dataset& dataset);

}  // namespace mayfly::cli
