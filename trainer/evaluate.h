// The validation pass: the whole validation set but the incomplete last batch, in file order, without
// dropout.
#pragma once

#include <cstdint>
#include <optional>

#include "kernels/backend.h"
#include "nn/network.h"
#include "trainer/stop.h"

namespace mayfly {

/// What column valLoss holds. The published tables divide the sum of the floor(M/b) batch losses by
/// floor(M/b)+1 (their printed digits prove it); `mean` divides by the number of batches.
enum class ValLossConvention { mean, published };

/// Loss of a pass in the given convention; `sums` are those of the pass, with at least one batch.
double validation_loss(const LossSums& sums, ValLossConvention convention);

/// 100*correct/seen, multiplied first: this order gives every published digit.
double accuracy_percent(std::uint64_t correct, std::uint64_t seen);

/// Runs `batches` evaluation steps on `dataset` from its first image and returns their sums; empty where
/// `stop` said so. Leaves the network's place in its life (Backend::counters) as it was, and the sums reset.
std::optional<LossSums> evaluate(Backend& backend, Network& network, const DeviceDataset& dataset,
                                 std::uint32_t batches, const StopCheck& stop = {});

}  // namespace mayfly
