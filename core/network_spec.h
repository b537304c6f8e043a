// A network and how it is trained, as the 28 columns of a table say it: plain data that the generator draws,
// the recorder writes and reads, and nn builds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mayfly {

/// Max pooling of a convolution block.
struct PoolSpec {
  int kernel_size = 1;
  int stride = 1;
  int padding = 0;
  bool operator==(const PoolSpec&) const = default;
};

/// Convolution, then ReLU, then dropout, then max pooling, each where switched on.
struct ConvBlockSpec {
  int out_channels = 1;
  int kernel_size = 1;
  int stride = 1;
  int padding = 0;
  bool relu = false;
  bool dropout = false;
  std::optional<PoolSpec> pool = std::nullopt;

  /// Column layer_types: 1 ReLU + 2 pooling + 4 dropout. Published tables use 1..7; 0 (none of them) is
  /// accepted.
  int layer_type() const { return (relu ? 1 : 0) + (pool ? 2 : 0) + (dropout ? 4 : 0); }
  bool operator==(const ConvBlockSpec&) const = default;
};

/// A hidden Linear layer, followed by ReLU and, where flagged and switched on, dropout.
struct HiddenLinearSpec {
  int out_features = 1;
  bool dropout = false;
  bool operator==(const HiddenLinearSpec&) const = default;
};

/// SGD as in kernels/arithmetic.md section 7; 0 means switched off.
struct SgdSpec {
  double learning_rate = 0.01;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
  bool operator==(const SgdSpec&) const = default;
};

struct NetworkSpec {
  std::string id;                 ///< YYYY_MM_DD_hh_mm_ss_uuuuuu
  std::uint32_t random_seed = 0;  ///< key of the streams of core/random.h
  std::string dataset;            ///< as in the tables: "CIFAR100", "FashionMNIST", "SVHN", ...
  int batch_size = 1;
  SgdSpec sgd;
  double dropout_rate = 0;  ///< of the convolution blocks with dropout; 0 when none has it
  std::vector<ConvBlockSpec> conv_blocks;
  double fc_dropout_rate = 0;  ///< of the flagged hidden Linear layers; 0 when switched off
  std::vector<HiddenLinearSpec> hidden_linears;
  int classes = 0;  ///< width of the last Linear layer

  bool operator==(const NetworkSpec&) const = default;
};

}  // namespace mayfly
