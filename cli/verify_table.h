// What holds for a table, judged by itself, by its plan and by the journal.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "cli/difference.h"
#include "core/network_spec.h"
#include "recorder/journal.h"
#include "recorder/run_conventions.h"
#include "recorder/table.h"

namespace mayfly::cli {

/// A table and what is known of it; pointers are null where nothing is.
struct TableToVerify {
  std::filesystem::path file;
  std::string text;
  const RunConventions* conventions = nullptr;  ///< campaign.json beside it
  const NetworkSpec* planned = nullptr;   ///< the campaign's network of the ID that the file is called by
  const NetworkRecord* record = nullptr;  ///< of the journals
};

using ReportDifference = std::function<void(Difference)>;

/// Reports every difference:
///   - the text is a table; with a campaign.json beside it, to the byte as Mayfly writes it
///   - its ID is the file's name, its metadata are those planned (but for train_GPU)
///   - epochs are 0.5, 1.0, 1.5, ..., as many as campaign.json says
///   - valAcc is 100*correct/seen for a whole number `correct`, where the number of images is known: exactly
///   in
///     tables with a campaign.json, else to within rounding
///   - losses are not negative; a training loss that is NaN stays so, and the validation loss with it
///   - losses and accuracy are those of the journal, for the half epochs that it has
/// Returns the table where it could be read.
std::optional<Table> verify_table(const TableToVerify& table, const ReportDifference& report);

}  // namespace mayfly::cli
