#include "cli/single_table.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/say.h"
#include "recorder/run_conventions.h"
#include "recorder/tables_folder.h"
#include "trainer/conventions.h"
#include "version.h"

namespace mayfly::cli {

void write_single_table(const std::filesystem::path& folder, const Table& table,
                        const LifespanOptions& options, const Dataset& dataset) {
  create_tables_folder(folder);
  write_run_conventions(folder, run_conventions(options, dataset, kVersion));
  write_table(folder, table);
  say("Table: {}\n", table_path(folder, table.spec.id).string());
}

}  // namespace mayfly::cli
