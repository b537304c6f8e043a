// The order in which an epoch visits the training images.
#pragma once

#include <cstdint>
#include <vector>

namespace mayfly {

/// Fresh permutation of 0..count-1 for `epoch` (kernels/arithmetic.md section 9: Fisher-Yates on the stream
/// `order`).
std::vector<std::uint32_t> batch_order(std::uint32_t seed, std::uint32_t epoch, std::uint32_t count);

/// How an epoch of `count` images falls into batches; the last incomplete batch is dropped where `drop_last`.
/// Half epoch 1 ends after floor(n/2) batches, half epoch 2 after n.
struct BatchPlan {
  std::uint32_t batches = 0;
  std::uint32_t first_half() const { return batches / 2; }
};

/// count / batch_size, rounded down (drop_last is the only rule of the published tables and of version 1).
BatchPlan batch_plan(std::uint64_t count, std::uint32_t batch_size);

}  // namespace mayfly
