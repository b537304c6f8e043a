// Networks that benchmarks name: those of published tables, the paper's sample, LeNet-like and classic 3x3
// ones.
#pragma once

#include <string>
#include <vector>

#include "core/network_spec.h"
#include "core/shape.h"

namespace mayfly {

struct NamedNetwork {
  std::string name;
  NetworkSpec spec;
  ImageShape image;
};

inline const ImageShape kColour{3, 32, 32};
inline const ImageShape kGray{1, 28, 28};

/// Columns of table 2021_02_15_13_55_26_539263 (ReLU blocks, pools of 1).
inline NetworkSpec published_batch_25() {
  return {.batch_size = 25,
          .sgd = {.learning_rate = 0.1146, .momentum = 4.877e-5, .weight_decay = 5.49e-4},
          .conv_blocks = {{.out_channels = 301,
                           .kernel_size = 24,
                           .stride = 12,
                           .padding = 4,
                           .relu = true,
                           .pool = PoolSpec{}},
                          {.out_channels = 297,
                           .kernel_size = 2,
                           .stride = 2,
                           .padding = 2,
                           .relu = true,
                           .pool = PoolSpec{}},
                          {.out_channels = 345, .kernel_size = 2, .stride = 1, .padding = 2, .relu = true}},
          .classes = 100};
}

/// Columns of table 2021_02_15_13_56_59_917381.
inline NetworkSpec published_batch_186() {
  return {
      .batch_size = 186,
      .sgd = {.learning_rate = 0.01044, .weight_decay = 0.01637},
      .dropout_rate = 0.46222,
      .conv_blocks = {{.out_channels = 190, .kernel_size = 32, .stride = 20, .padding = 2, .dropout = true},
                      {.out_channels = 306, .kernel_size = 1, .stride = 1, .padding = 2, .relu = true},
                      {.out_channels = 383,
                       .kernel_size = 3,
                       .stride = 2,
                       .padding = 3,
                       .relu = true,
                       .pool = PoolSpec{.kernel_size = 5, .stride = 4, .padding = 1}}},
      .fc_dropout_rate = 0.43436,
      .hidden_linears = {{.out_features = 145, .dropout = true}},
      .classes = 100};
}

/// The sample printed in the paper: a 9x9 pooling.
inline NetworkSpec paper_sample() {
  return {
      .batch_size = 49,
      .sgd = {.learning_rate = 0.01006, .weight_decay = 0.05816},
      .conv_blocks = {{.out_channels = 304, .kernel_size = 32, .stride = 9, .padding = 0, .relu = true},
                      {.out_channels = 38,
                       .kernel_size = 1,
                       .stride = 1,
                       .padding = 4,
                       .pool = PoolSpec{.kernel_size = 9, .stride = 5, .padding = 0}},
                      {.out_channels = 257, .kernel_size = 1, .stride = 1, .padding = 0, .pool = PoolSpec{}}},
      .hidden_linears = {{.out_features = 343}},
      .classes = 100};
}

inline NetworkSpec lenet_like() {
  const PoolSpec half{.kernel_size = 2, .stride = 2, .padding = 0};
  return {.batch_size = 128,
          .sgd = {.learning_rate = 0.05, .momentum = 0.9},
          .conv_blocks =
              {{.out_channels = 32, .kernel_size = 5, .stride = 1, .padding = 2, .relu = true, .pool = half},
               {.out_channels = 64, .kernel_size = 5, .stride = 1, .padding = 2, .relu = true, .pool = half}},
          .hidden_linears = {{.out_features = 512}},
          .classes = 10};
}

inline NetworkSpec three_3x3() {
  const PoolSpec half{.kernel_size = 2, .stride = 2, .padding = 0};
  return {
      .batch_size = 64,
      .sgd = {.learning_rate = 0.05},
      .conv_blocks =
          {{.out_channels = 64, .kernel_size = 3, .stride = 1, .padding = 1, .relu = true},
           {.out_channels = 128, .kernel_size = 3, .stride = 1, .padding = 1, .relu = true, .pool = half},
           {.out_channels = 128, .kernel_size = 3, .stride = 1, .padding = 1, .relu = true, .pool = half}},
      .classes = 100};
}

inline std::vector<NamedNetwork> named_networks() {
  return {{"published_batch_25", published_batch_25(), kColour},
          {"published_batch_186", published_batch_186(), kColour},
          {"paper_sample", paper_sample(), kColour},
          {"lenet_like", lenet_like(), kGray},
          {"three_3x3", three_3x3(), kColour}};
}

}  // namespace mayfly
