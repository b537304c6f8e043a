// mayfly data check.
#pragma once

#include "cli/commands.h"

namespace mayfly::cli {

/// Below `mayfly data`.
void add_data_check(Commands& commands, CLI::App& data);

}  // namespace mayfly::cli
