#include "tests/golden/spec_json.h"

#include <stdexcept>

namespace mayfly::golden {
namespace {

nlohmann::ordered_json block_to_json(const ConvBlockSpec& block) {
  if (block.dropout) throw std::invalid_argument("golden networks have no dropout");
  nlohmann::ordered_json json = {{"out_channels", block.out_channels},
                                 {"kernel_size", block.kernel_size},
                                 {"stride", block.stride},
                                 {"padding", block.padding},
                                 {"relu", block.relu}};
  if (block.pool) {
    json["pool"] = {{"kernel_size", block.pool->kernel_size},
                    {"stride", block.pool->stride},
                    {"padding", block.pool->padding}};
  }
  return json;
}

ConvBlockSpec block_from_json(const nlohmann::json& json) {
  ConvBlockSpec block{.out_channels = json.at("out_channels"),
                      .kernel_size = json.at("kernel_size"),
                      .stride = json.at("stride"),
                      .padding = json.at("padding"),
                      .relu = json.at("relu")};
  if (json.contains("pool")) {
    const nlohmann::json& pool = json["pool"];
    block.pool = PoolSpec{pool.at("kernel_size"), pool.at("stride"), pool.at("padding")};
  }
  return block;
}

}  // namespace

nlohmann::ordered_json spec_to_json(const NetworkSpec& spec) {
  nlohmann::ordered_json json = {{"batch_size", spec.batch_size},
                                 {"learning_rate", spec.sgd.learning_rate},
                                 {"momentum", spec.sgd.momentum},
                                 {"dampening", spec.sgd.dampening},
                                 {"weight_decay", spec.sgd.weight_decay},
                                 {"conv_blocks", nlohmann::ordered_json::array()},
                                 {"hidden_linears", nlohmann::ordered_json::array()},
                                 {"classes", spec.classes}};
  for (const ConvBlockSpec& block : spec.conv_blocks) json["conv_blocks"].push_back(block_to_json(block));
  for (const HiddenLinearSpec& hidden : spec.hidden_linears)
    json["hidden_linears"].push_back(hidden.out_features);
  return json;
}

NetworkSpec spec_from_json(const nlohmann::json& json) {
  NetworkSpec spec;
  spec.batch_size = json.at("batch_size");
  spec.sgd = {json.at("learning_rate"), json.at("momentum"), json.at("dampening"), json.at("weight_decay")};
  for (const nlohmann::json& block : json.at("conv_blocks"))
    spec.conv_blocks.push_back(block_from_json(block));
  for (const nlohmann::json& width : json.at("hidden_linears")) {
    spec.hidden_linears.push_back({.out_features = width.get<int>()});
  }
  spec.classes = json.at("classes");
  return spec;
}

nlohmann::ordered_json image_to_json(ImageShape image) {
  return {image.channels, image.height, image.width};
}

ImageShape image_from_json(const nlohmann::json& json) {
  return {json.at(0), json.at(1), json.at(2)};
}

}  // namespace mayfly::golden
