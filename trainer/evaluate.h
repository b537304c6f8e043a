// The validation pass: the whole validation set but the incomplete last batch, in file order, without
// dropout.
#pragma once

#include <cstdint>

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

/// Asks for `batches` evaluation steps on `dataset` from its first image; false where `stop` said so between
/// two. The sums of evaluated batches are then those of this pass; those of trained ones and the network's
/// place in its life (Backend::counters) are as they were. Does not wait.
bool evaluate(Backend& backend, Network& network, const DeviceDataset& dataset, std::uint32_t batches,
              const StopCheck& stop = {});

}  // namespace mayfly
