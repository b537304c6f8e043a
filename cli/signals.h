// INT and TERM ask the run to stop; a second one ends it at once.
#pragma once

namespace mayfly::cli {

/// Installs the handlers.
void watch_signals();

/// True once a signal came.
bool signalled();

}  // namespace mayfly::cli
