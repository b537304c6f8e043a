// `mayfly data show`.
#pragma once

#include "cli/commands.h"

namespace mayfly::cli {

void add_data_show(Commands& commands, CLI::App& data);

}  // namespace mayfly::cli
