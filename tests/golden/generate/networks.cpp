#include "networks.h"

#include <optional>

namespace mayfly::golden {
namespace {

constexpr ImageShape kColour{3, 8, 8};
constexpr ImageShape kGrey{1, 7, 7};

NetworkSpec make_spec(int batch_size, SgdSpec sgd, std::vector<ConvBlockSpec> blocks,
                      const std::vector<int>& hidden, int classes) {
  NetworkSpec spec;
  spec.batch_size = batch_size;
  spec.sgd = sgd;
  spec.conv_blocks = std::move(blocks);
  for (const int width : hidden) spec.hidden_linears.push_back({.out_features = width});
  spec.classes = classes;
  return spec;
}

ConvBlockSpec conv(int out_channels, int kernel_size, int stride, int padding) {
  return {.out_channels = out_channels, .kernel_size = kernel_size, .stride = stride, .padding = padding};
}

ConvBlockSpec conv_relu(int out_channels, int kernel_size, int stride, int padding) {
  ConvBlockSpec block = conv(out_channels, kernel_size, stride, padding);
  block.relu = true;
  return block;
}

ConvBlockSpec pooled(ConvBlockSpec block, PoolSpec pool) {
  block.pool = pool;
  return block;
}

}  // namespace

std::vector<GoldenNetwork> small_networks() {
  return {
      {"plain", kColour, make_spec(4, {0.1, 0, 0, 0}, {pooled(conv_relu(5, 3, 1, 1), {2, 2, 0})}, {11}, 6)},
      {"padding_beyond_kernel", kGrey,
       make_spec(5, {0.05, 0.9, 0, 0}, {conv_relu(4, 2, 1, 5), conv(3, 3, 3, 4)}, {}, 7)},
      {"stride", kColour,
       make_spec(6, {0.08, 0, 0, 0.01}, {conv_relu(6, 5, 3, 2), conv_relu(7, 1, 1, 0)}, {9}, 5)},
      {"padded_pooling", kColour,
       make_spec(4, {0.07, 0.8, 0.3, 0},
                 {pooled(conv_relu(5, 3, 2, 1), {3, 2, 1}), pooled(conv(4, 2, 1, 0), {2, 1, 1})}, {8}, 6)},
      {"unread_rows", kGrey,
       make_spec(5, {0.1, 0, 0.5, 0.003}, {pooled(conv(4, 3, 1, 0), {3, 3, 0}), conv(6, 1, 1, 3)}, {}, 4)},
      {"deep_head", kGrey, make_spec(4, {0.2, 0.5, 0.1, 0.002}, {conv_relu(7, 7, 1, 0)}, {9, 8, 7}, 5)},
      {"published_small", kColour,
       make_spec(5, {0.11464760689500715, 4.877743709660678e-05, 0, 0.0005490215623792545},
                 {pooled(conv_relu(6, 6, 3, 1), {1, 1, 0}), pooled(conv_relu(5, 2, 2, 2), {1, 1, 0}),
                  conv_relu(4, 2, 1, 2)},
                 {}, 10)},
      {"gaps_and_overlaps", kColour,
       make_spec(6, {0.06, 0.7, 0, 0.01},
                 {pooled(conv_relu(4, 1, 2, 3), {4, 2, 2}), pooled(conv_relu(5, 3, 1, 1), {3, 1, 1})}, {7},
                 3)},
  };
}

GoldenNetwork published_network() {
  return {"2021_02_15_13_55_26_539263",
          {3, 32, 32},
          make_spec(25, {0.11464760689500715, 4.877743709660678e-05, 0, 0.0005490215623792545},
                    {pooled(conv_relu(301, 24, 12, 4), {1, 1, 0}), pooled(conv_relu(297, 2, 2, 2), {1, 1, 0}),
                     conv_relu(345, 2, 1, 2)},
                    {}, 100)};
}

}  // namespace mayfly::golden
