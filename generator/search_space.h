// What networks are drawn from, as data. How they are drawn: generator/sample.h; what each key means, where
// its published range comes from and what it may hold: generator/search_space_keys.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mayfly {

/// Uniform over low..high, both included.
struct IntRange {
  int low = 1;
  int high = 1;
  bool operator==(const IntRange&) const = default;
};

/// Uniform over low..min(high, limit), where the limit is set by the draws before it (the height of the
/// incoming map, the kernel); without `high` the limit alone bounds it. Where the limit lies below `low` the
/// draw is rejected.
struct LimitedRange {
  int low = 1;
  std::optional<int> high = std::nullopt;
  bool operator==(const LimitedRange&) const = default;
};

enum class Scale { uniform, log_uniform };

/// offset + a draw from [low, high); 0 where it is switched off, which it is with 1 - probability.
///   uniform:      low + u * (high - low)
///   log-uniform:  exp(log(low) + u * (log(high) - log(low)))      u uniform in [0, 1)
/// In binary64 with exp_f64 and log_f64 of core/exp_log.h, held within [low, high].
struct RealRange {
  double low = 0;
  double high = 1;
  Scale scale = Scale::uniform;
  double offset = 0;
  double probability = 1;
  bool operator==(const RealRange&) const = default;
};

/// Dropout after the hidden Linear layers.
struct FcDropout {
  double probability = 0.5;  ///< of being switched on for the network
  double each_layer = 0.5;   ///< then, of each hidden layer having it
  bool operator==(const FcDropout&) const = default;
};

/// The default is the published space. "Map" is the incoming map of the layer.
struct SearchSpace {
  IntRange conv_layers{3, 3};
  LimitedRange kernel_size{1, {}};  ///< limit: height of the map
  LimitedRange stride{1, {}};       ///< limit: kernel_size
  IntRange padding{0, 5};
  IntRange out_channels{1, 400};  ///< in a network drawn as increasing: low is at least in_channels
  double increasing = 0.5;        ///< probability, per network
  std::vector<int> block_type{1, 2, 3, 4, 5, 6, 7};  ///< uniform over these; 1 ReLU + 2 pooling + 4 dropout
  RealRange dropout_rate{0.1, 0.7};                  ///< one per network; 0 where no block drops
  LimitedRange pool_kernel{1, {}};                   ///< limit: height of the convolution's output
  LimitedRange pool_stride{1, {}};                   ///< limit: pool_kernel
  LimitedRange pool_padding{0, {}};                  ///< limit: pool_kernel/2, rounded down
  IntRange linear_layers{1, 5};                      ///< all of them, the last one included
  IntRange linear_width{1, 400};                     ///< of the hidden ones
  RealRange fc_dropout_rate{0.1, 0.7};
  FcDropout fc_dropout;
  RealRange learning_rate{1e-5, 1, Scale::log_uniform, 0.01};
  RealRange momentum{1e-5, 1, Scale::log_uniform, 0, 0.5};
  RealRange dampening{1e-5, 1, Scale::log_uniform, 0, 0.5};
  RealRange weight_decay{1e-5, 0.1, Scale::log_uniform, 0, 0.5};
  IntRange batch_size{25, 250};
  std::int64_t max_macs_per_image = 0;  ///< useful multiply-adds of a forward pass; 0: no cap
  std::int64_t max_memory = 0;          ///< bytes, as estimate.h counts them; 0: no cap

  bool operator==(const SearchSpace&) const = default;
};

/// "published" and "laptop"; UsageError with the nearest name for another one.
SearchSpace preset_search_space(const std::string& preset);
const std::vector<std::string>& preset_names();

/// UsageError (key, expected, found) where a range is empty or holds values that no network can have.
void check_search_space(const SearchSpace& space);

}  // namespace mayfly
