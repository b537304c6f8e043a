// Network i of a campaign, a pure function of (campaign seed, i): no order of sampling, number of workers or
// other network changes it.
//
// The draws come from core/random.h: seed = network_seed(campaign_seed, index), stream architecture, step =
// attempt, index 0, 1, 2, ... They are made in this order, which is part of the contract (tables are made
// from it; tests/generator/sample_test.cpp holds known answers):
//
//    1  data set: below(number of data sets). That of attempt 0 holds for all attempts.
//    2  batch_size
//    3  learning_rate, momentum, dampening, weight_decay, dropout_rate: each a coin, then a value
//    4  increasing: a coin
//    5  conv_layers; then per block: block_type as a place in the list, kernel_size, stride, padding,
//       out_channels; and where it pools: pool_kernel, pool_stride, pool_padding
//    6  linear_layers; fc_dropout: a coin; fc_dropout_rate: a coin, then a value;
//       then per hidden layer: its width, a coin for its dropout
//
// A coin is unit() < probability, an integer between(low, high), u of a real range unit(). Coins and values
// are drawn also where nothing depends on them. An attempt that cannot be used is rejected and the next one
// drawn.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/network_shapes.h"
#include "core/network_spec.h"
#include "core/shape.h"
#include "generator/network_id.h"
#include "generator/search_space.h"

namespace mayfly {

/// What sampling must know of a data set.
struct DatasetFacts {
  std::string name;  ///< as in the tables
  int classes = 0;
  ImageShape image;
  std::uint64_t train_images = 0;  ///< those trained on: after max_train_images
  std::uint64_t validation_images = 0;
};

/// Why an attempt is not used.
enum class Rejection {
  limit,          ///< a range begins above its limit: a kernel beyond its map, a stride beyond its kernel
  shape,          ///< core/network_shapes.h refuses it
  macs,           ///< max_macs_per_image
  memory,         ///< max_memory
  train_batches,  ///< fewer than two training batches
  val_batches,    ///< not one validation batch
};
inline constexpr std::size_t kRejections = 6;
std::string to_string(Rejection reason);  ///< in words

struct RejectionCounts {
  std::array<std::uint64_t, kRejections> by_reason{};

  std::uint64_t& operator[](Rejection reason) { return by_reason[static_cast<std::size_t>(reason)]; }
  std::uint64_t operator[](Rejection reason) const { return by_reason[static_cast<std::size_t>(reason)]; }
  std::uint64_t total() const;
  RejectionCounts& operator+=(const RejectionCounts& other);
  bool operator==(const RejectionCounts&) const = default;
};

/// A campaign, as far as its networks follow from it.
struct SamplingPlan {
  SearchSpace space;
  std::uint64_t campaign_seed = 0;
  MicrosecondsUtc base_time = 0;
  std::vector<DatasetFacts> datasets;  ///< at least one; each network draws one
  int max_attempts = 10000;            ///< per network
};

struct SampledNetwork {
  std::uint32_t index = 0;
  std::size_t dataset = 0;  ///< which of the plan's
  NetworkSpec spec;
  NetworkShapes shapes;
  RejectionCounts rejections;  ///< attempts before this one
};

/// Network `index`. Errors (UsageError): the search space is wrong (check_search_space), there is no data
/// set, or all attempts were rejected; the message then counts them by reason and says what to change.
SampledNetwork sample_network(const SamplingPlan& plan, std::uint32_t index);

}  // namespace mayfly
