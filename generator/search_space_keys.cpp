#include "generator/search_space_keys.h"

namespace mayfly {
namespace {

using S = SearchSpace;

std::vector<SearchSpaceKey> convolution_keys() {
  return {
      {.name = "conv_layers",
       .member = &S::conv_layers,
       .origin = Origin::guessed,
       .note = "convolution blocks",
       .source = "3 in every known table; the paper gives [1, 30] non-linear layers of all kinds",
       .lowest = 1,
       .highest = 64},
      {.name = "kernel_size",
       .member = &S::kernel_size,
       .origin = Origin::guessed,
       .note = "of a convolution, up to the height of its map",
       .source = "fits the known tables; with the padding added to the height they are a thousand times less "
                 "likely",
       .limit = "height",
       .lowest = 1},
      {.name = "stride",
       .member = &S::stride,
       .note = "of a convolution, up to its kernel",
       .source = "1 to the kernel",
       .limit = "kernel",
       .lowest = 1},
      {.name = "padding",
       .member = &S::padding,
       .note = "zeros around the map, on each side",
       .source = "0 to 5"},
      {.name = "out_channels",
       .member = &S::out_channels,
       .note = "of a convolution",
       .source = "up to 400",
       .lowest = 1},
      {.name = "increasing",
       .member = &S::increasing,
       .note = "probability that no convolution of a network has fewer channels than its input",
       .source = "true or false, evenly",
       .highest = 1},
  };
}

std::vector<SearchSpaceKey> block_keys() {
  return {
      {.name = "block_type",
       .member = &S::block_type,
       .note = "one of these per block: 1 ReLU + 2 pooling + 4 dropout",
       .source = "the seven types, evenly",
       .highest = 7},
      {.name = "dropout_rate",
       .member = &S::dropout_rate,
       .note = "one per network, for its convolution blocks",
       .source = "0.1 to 0.7",
       .highest = 1},
      {.name = "pool_kernel",
       .member = &S::pool_kernel,
       .note = "window of a pooling, up to the height of its map",
       .source = "1 to the height",
       .limit = "height",
       .lowest = 1},
      {.name = "pool_stride",
       .member = &S::pool_stride,
       .note = "up to its kernel",
       .source = "1 to the kernel",
       .limit = "kernel",
       .lowest = 1},
      {.name = "pool_padding",
       .member = &S::pool_padding,
       .note = "up to half its kernel",
       .source = "0 to half the kernel, as max pooling demands",
       .limit = "kernel/2"},
  };
}

std::vector<SearchSpaceKey> linear_keys() {
  return {
      {.name = "linear_layers",
       .member = &S::linear_layers,
       .note = "all of them, the last one included",
       .source = "1 to 5",
       .lowest = 1,
       .highest = 64},
      {.name = "linear_width",
       .member = &S::linear_width,
       .note = "of the hidden Linear layers",
       .source = "the paper gives [0, 400]; a width of 0 is a layer that is not there",
       .lowest = 1},
      {.name = "fc_dropout_rate",
       .member = &S::fc_dropout_rate,
       .note = "one per network, for its hidden Linear layers",
       .source = "0.1 to 0.7",
       .highest = 1},
      {.name = "fc_dropout",
       .member = &S::fc_dropout,
       .note = "probability that a network has it, and then each hidden layer",
       .source = "on or off, evenly; a flag per layer",
       .highest = 1},
  };
}

std::vector<SearchSpaceKey> training_keys() {
  return {
      {.name = "learning_rate",
       .member = &S::learning_rate,
       .origin = Origin::guessed,
       .note = "of SGD",
       .source = "fits the known rates 0.01006, 0.01044, 0.115 and 0.780; log-uniform 0.01..1 does not",
       .highest = 1e6},
      {.name = "momentum",
       .member = &S::momentum,
       .origin = Origin::guessed,
       .note = "of SGD, or switched off",
       .source = "coin and logarithmic scale fit the known tables",
       .highest = 1},
      {.name = "dampening",
       .member = &S::dampening,
       .origin = Origin::guessed,
       .note = "of SGD, or switched off",
       .source = "coin and logarithmic scale fit the known tables",
       .highest = 1},
      {.name = "weight_decay",
       .member = &S::weight_decay,
       .origin = Origin::guessed,
       .note = "of SGD, or switched off",
       .source = "coin and logarithmic scale fit the known tables",
       .highest = 1e6},
      {.name = "batch_size",
       .member = &S::batch_size,
       .note = "images of a step",
       .source = "25 to 250",
       .lowest = 1},
      {.name = "max_macs_per_image",
       .member = &S::max_macs_per_image,
       .origin = Origin::ours,
       .note = "useful multiply-adds of a forward pass; networks with more are redrawn; 0: no cap",
       .source = "not part of the published space",
       .highest = 0x1p53},
      {.name = "max_memory",
       .member = &S::max_memory,
       .origin = Origin::ours,
       .note = "bytes while training; networks with more are redrawn; 0: no cap",
       .source = "not part of the published space",
       .highest = 0x1p53},
  };
}

std::vector<SearchSpaceKey> all_keys() {
  std::vector<SearchSpaceKey> keys = convolution_keys();
  for (const auto& more : {block_keys(), linear_keys(), training_keys()}) {
    keys.insert(keys.end(), more.begin(), more.end());
  }
  return keys;
}

}  // namespace

std::string to_string(Origin origin) {
  switch (origin) {
    case Origin::stated:
      return "stated";
    case Origin::guessed:
      return "guessed";
    case Origin::ours:
      return "ours";
  }
  return "";
}

const std::vector<SearchSpaceKey>& search_space_keys() {
  static const std::vector<SearchSpaceKey> keys = all_keys();
  return keys;
}

}  // namespace mayfly
