#include "generator/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "core/error.h"
#include "core/exp_log.h"
#include "core/random.h"
#include "generator/estimate.h"

namespace mayfly {
namespace {

/// The draws of one attempt, in the order of the header.
class Attempt {
 public:
  Attempt(const SearchSpace& space, std::uint32_t seed, std::uint32_t attempt)
      : space_(space), draws_(seed, Stream::architecture, {.step = attempt}) {}

  std::size_t place_in(std::size_t count) { return draws_.below(static_cast<std::uint32_t>(count)); }

  void draw_network(const DatasetFacts& dataset, NetworkSpec& spec) {
    spec.batch_size = integer(space_.batch_size);
    spec.sgd.learning_rate = real(space_.learning_rate);
    spec.sgd.momentum = real(space_.momentum);
    spec.sgd.dampening = real(space_.dampening);
    spec.sgd.weight_decay = real(space_.weight_decay);
    spec.dropout_rate = real(space_.dropout_rate);
    draw_convolutions(dataset.image, spec);
    draw_linears(spec);
    const auto drops = [](const ConvBlockSpec& block) { return block.dropout; };
    if (std::none_of(spec.conv_blocks.begin(), spec.conv_blocks.end(), drops)) spec.dropout_rate = 0;
  }

  bool beyond_limit() const { return beyond_limit_; }

 private:
  bool coin(double probability) { return draws_.unit() < probability; }
  int integer(IntRange range) { return draws_.between(range.low, range.high); }

  int limited(LimitedRange range, int limit) {
    const int high = range.high ? std::min(*range.high, limit) : limit;
    if (high < range.low) {
      beyond_limit_ = true;
      return limit;
    }
    return draws_.between(range.low, high);
  }

  double real(const RealRange& range) {
    const bool on = coin(range.probability);
    const double u = draws_.unit();
    if (!on) return 0;
    double value = range.low + u * (range.high - range.low);
    if (range.scale == Scale::log_uniform) {
      const double low = log_f64(range.low);
      value = exp_f64(low + u * (log_f64(range.high) - low));
    }
    return range.offset + std::clamp(value, range.low, range.high);
  }

  void draw_convolutions(ImageShape image, NetworkSpec& spec) {
    const bool increasing = coin(space_.increasing);
    const int blocks = integer(space_.conv_layers);
    int channels = image.channels;
    int height = std::min(image.height, image.width);
    for (int i = 0; i < blocks; ++i) {
      const ConvBlockSpec block = draw_block(increasing ? channels : 1, height);
      channels = block.out_channels;
      height = output_size(height, block.kernel_size, block.stride, block.padding);
      if (block.pool) {
        height = output_size(height, block.pool->kernel_size, block.pool->stride, block.pool->padding);
      }
      spec.conv_blocks.push_back(block);
    }
  }

  ConvBlockSpec draw_block(int fewest_channels, int height) {
    const int type = space_.block_type[place_in(space_.block_type.size())];
    ConvBlockSpec block{.relu = (type & 1) != 0, .dropout = (type & 4) != 0};
    block.kernel_size = limited(space_.kernel_size, height);
    block.stride = limited(space_.stride, block.kernel_size);
    block.padding = integer(space_.padding);
    block.out_channels = draw_channels(fewest_channels);
    if ((type & 2) != 0) {
      block.pool = draw_pool(output_size(height, block.kernel_size, block.stride, block.padding));
    }
    return block;
  }

  int draw_channels(int fewest) {
    const int low = std::max(space_.out_channels.low, fewest);
    return limited({low, space_.out_channels.high}, space_.out_channels.high);
  }

  PoolSpec draw_pool(int height) {
    PoolSpec pool;
    pool.kernel_size = limited(space_.pool_kernel, height);
    pool.stride = limited(space_.pool_stride, pool.kernel_size);
    pool.padding = limited(space_.pool_padding, pool.kernel_size / 2);
    return pool;
  }

  void draw_linears(NetworkSpec& spec) {
    const int hidden = integer(space_.linear_layers) - 1;
    const bool dropout = coin(space_.fc_dropout.probability);
    const double rate = real(space_.fc_dropout_rate);
    spec.fc_dropout_rate = dropout ? rate : 0;
    for (int i = 0; i < hidden; ++i) {
      const int width = integer(space_.linear_width);
      const bool flag = coin(space_.fc_dropout.each_layer);
      spec.hidden_linears.push_back({.out_features = width, .dropout = dropout && flag});
    }
  }

  const SearchSpace& space_;
  DrawSequence draws_;
  bool beyond_limit_ = false;
};

std::optional<Rejection> batches_missing(const DatasetFacts& dataset, int batch_size) {
  const auto batch = static_cast<std::uint64_t>(batch_size);
  if (dataset.train_images / batch < 2) return Rejection::train_batches;
  if (dataset.validation_images / batch < 1) return Rejection::val_batches;
  return std::nullopt;
}

/// Sets network.shapes, or says why the network is not used.
std::optional<Rejection> judge(const SearchSpace& space, const DatasetFacts& dataset,
                               SampledNetwork& network) {
  if (const auto missing = batches_missing(dataset, network.spec.batch_size)) return missing;
  try {
    network.shapes = network_shapes(network.spec, dataset.image);
  } catch (const UsageError&) {
    return Rejection::shape;
  }
  if (space.max_macs_per_image > 0 && network.shapes.useful_macs_per_image() > space.max_macs_per_image) {
    return Rejection::macs;
  }
  if (space.max_memory > 0 && estimate_memory(network.shapes, network.spec.sgd) > space.max_memory)
    return Rejection::memory;
  return std::nullopt;
}

/// One attempt: the network, or why there is none.
std::optional<Rejection> try_network(const SamplingPlan& plan, std::uint32_t attempt,
                                     SampledNetwork& network) {
  Attempt draws(plan.space, network.spec.random_seed, attempt);
  const std::size_t drawn = draws.place_in(plan.datasets.size());
  if (attempt == 0) network.dataset = drawn;
  const DatasetFacts& dataset = plan.datasets[network.dataset];
  network.spec = {.id = network.spec.id,
                  .random_seed = network.spec.random_seed,
                  .dataset = dataset.name,
                  .classes = dataset.classes};
  draws.draw_network(dataset, network.spec);
  if (draws.beyond_limit()) return Rejection::limit;
  return judge(plan.space, dataset, network);
}

std::string advice(Rejection reason) {
  switch (reason) {
    case Rejection::limit:
      return "begin kernel_size, stride, pool_kernel, pool_stride, pool_padding lower, end out_channels "
             "higher";
    case Rejection::shape:
      return "smaller ranges";
    case Rejection::macs:
      return "raise max_macs_per_image, or narrow out_channels and kernel_size";
    case Rejection::memory:
      return "raise max_memory, or narrow out_channels and batch_size";
    case Rejection::train_batches:
      return "smaller batch_size, or a larger max_train_images";
    case Rejection::val_batches:
      return "smaller batch_size, or a larger max_val_images";
  }
  return "";
}

[[noreturn]] void refuse_space(const SampledNetwork& network) {
  std::string text =
      fmt::format("search_space: all {} draws of network {} on {} were rejected; change the search space:",
                  network.rejections.total(), network.index, network.spec.dataset);
  for (std::size_t i = 0; i < kRejections; ++i) {
    const auto reason = static_cast<Rejection>(i);
    if (network.rejections[reason] == 0) continue;
    text += fmt::format("\n  {}: {} ({})", to_string(reason), network.rejections[reason], advice(reason));
  }
  throw UsageError(text);
}

}  // namespace

std::string to_string(Rejection reason) {
  switch (reason) {
    case Rejection::limit:
      return "a range begins above its limit";
    case Rejection::shape:
      return "impossible shape";
    case Rejection::macs:
      return "more than max_macs_per_image";
    case Rejection::memory:
      return "more than max_memory";
    case Rejection::train_batches:
      return "fewer than two training batches";
    case Rejection::val_batches:
      return "no whole validation batch";
  }
  return "";
}

std::uint64_t RejectionCounts::total() const {
  return std::accumulate(by_reason.begin(), by_reason.end(), std::uint64_t{0});
}

RejectionCounts& RejectionCounts::operator+=(const RejectionCounts& other) {
  for (std::size_t i = 0; i < kRejections; ++i) by_reason[i] += other.by_reason[i];
  return *this;
}

SampledNetwork sample_network(const SamplingPlan& plan, std::uint32_t index) {
  check_search_space(plan.space);
  if (plan.datasets.empty()) throw UsageError("campaign.dataset: expected at least one data set, found none");
  SampledNetwork network{.index = index};
  network.spec.id = network_id(plan.base_time, index);
  network.spec.random_seed = network_seed(plan.campaign_seed, index);
  for (int attempt = 0; attempt < plan.max_attempts; ++attempt) {
    const auto rejected = try_network(plan, static_cast<std::uint32_t>(attempt), network);
    if (!rejected) return network;
    ++network.rejections[*rejected];
  }
  refuse_space(network);
}

}  // namespace mayfly
