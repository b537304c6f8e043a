// When a run is to stop early: a signal came, or its deadline is near.
//
// INT, TERM, USR1 and HUP (batch systems and closed terminals send them) ask it to stop: it saves where its
// networks stand and ends with exit code 75. Where that takes longer than the grace, the process ends itself
// with the same code; what is on the disk is whole at any time. A second INT or TERM ends it at once.
#pragma once

#include <chrono>

namespace mayfly::cli {

/// Installs the handlers. HUP stays ignored where it is (nohup). PIPE is ignored: a reader of the output that
/// ends costs the output and nothing else.
void watch_signals(std::chrono::seconds grace = std::chrono::seconds(10));

/// From then on signalled() is true. Call it before there are other threads.
void stop_at(std::chrono::steady_clock::time_point time);

/// True once a signal came or stop_at() is reached.
bool signalled();

}  // namespace mayfly::cli
