// The shapes of a network that leaves nothing out.
#pragma once

#include "core/network_shapes.h"

namespace mayfly {

/// The same layers over whole maps (core/network_shapes.h keeps only what is read).
NetworkShapes with_full_maps(NetworkShapes shapes);

}  // namespace mayfly
