// INT, TERM and USR1 (which batch systems send before the end) ask the run to stop; a second one ends it at
// once.
#pragma once

namespace mayfly::cli {

/// Installs the handlers.
void watch_signals();

/// True once a signal came.
bool signalled();

}  // namespace mayfly::cli
