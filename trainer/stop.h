// How a run is asked to stop early.
#pragma once

#include <functional>

namespace mayfly {

/// True once the run should stop (a signal came, a deadline passed). Asked between batches, by several
/// threads at once; an empty one never stops.
using StopCheck = std::function<bool()>;

inline bool stop_requested(const StopCheck& stop) {
  return stop && stop();
}

}  // namespace mayfly
