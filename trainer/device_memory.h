// How much memory of a GPU a network is expected to take: what decides how many networks share one.
#pragma once

#include <cstdint>
#include <string>

#include "core/network_shapes.h"
#include "kernels/backend.h"

namespace mayfly {

/// Bytes of a network and its data set of `dataset_bytes` on a GPU. The generator's estimate of training on
/// one core (generator/estimate.h), with every count of channels rounded up to a multiple of four as the
/// layout of the maps does there, and what every network takes besides: stream, recorded steps; masks where
/// dropout is by element; in exact arithmetic the sums of chunks, in fast arithmetic the workspaces of the
/// vendor's libraries and the planes of the largest convolution. An estimate that turns out too small costs
/// an attempt, not a network: see WorkList::out_of_memory().
std::uint64_t estimate_device_memory(const NetworkShapes& shapes, const SgdSpec& sgd,
                                     std::uint64_t dataset_bytes, Arithmetic arithmetic,
                                     bool element_dropout = false);

/// At most what the sums of chunks (arithmetic.md section 2) take where the products of an exact layer are
/// spread over a GPU. Channels of `shape` are whole groups of four.
std::uint64_t chunk_sum_bytes(const Conv2dShape& shape);

/// "1.5 GiB"; below a GiB "512.0 MiB".
std::string memory_text(std::uint64_t bytes);

}  // namespace mayfly
