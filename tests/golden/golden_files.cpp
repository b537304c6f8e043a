#include "tests/golden/golden_files.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/golden/float_json.h"
#include "tests/golden/spec_json.h"

namespace mayfly::golden {
namespace {

std::string read_text(const std::string& path) {
  const std::filesystem::path full = std::filesystem::path(MAYFLY_SOURCE_DIR) / "tests/golden" / path;
  std::ifstream file(full, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + full.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::uint8_t> bytes_of_hex(const std::string& hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

SgdScalars scalars_of(const nlohmann::json& json) {
  return {.learning_rate = json.at("learning_rate"),
          .momentum = json.at("momentum"),
          .dampening = json.at("dampening"),
          .weight_decay = json.at("weight_decay")};
}

}  // namespace

GoldenSteps read_golden_steps(const std::string& name) {
  const std::string text = read_text("steps/" + name + ".json");
  const auto plain = nlohmann::json::parse(text);  // the spec's scalars are binary64
  const auto values = FloatJson::parse(text);
  GoldenSteps golden;
  golden.spec = spec_from_json(plain.at("spec"));
  golden.image = image_from_json(plain.at("image"));
  golden.pixels = bytes_of_hex(plain.at("pixels_hex"));
  plain.at("labels").get_to(golden.labels);
  plain.at("order").get_to(golden.order);
  values.at("initial_parameters").get_to(golden.initial_parameters);
  values.at("first_logits").get_to(golden.first_logits);
  values.at("first_gradients").get_to(golden.first_gradients);
  values.at("losses").get_to(golden.losses);
  values.at("final_parameters").get_to(golden.final_parameters);
  values.at("evaluation_losses").get_to(golden.evaluation_losses);
  plain.at("evaluation_correct").get_to(golden.evaluation_correct);
  return golden;
}

std::vector<SgdTrajectory> read_sgd_trajectories() {
  const std::string text = read_text("sgd.json");
  const auto plain = nlohmann::json::parse(text);
  const auto values = FloatJson::parse(text);
  std::vector<SgdTrajectory> trajectories;
  for (std::size_t i = 0; i < plain.at("trajectories").size(); ++i) {
    SgdTrajectory& trajectory = trajectories.emplace_back();
    trajectory.scalars = scalars_of(plain["trajectories"][i].at("scalars"));
    for (const auto& [step, parameters] : values.at("trajectories").at(i).at("parameters_after").items()) {
      trajectory.parameters_after[std::stoi(step)] = parameters.get<std::vector<float>>();
    }
  }
  return trajectories;
}

GoldenReplay read_golden_replay(const std::string& name) {
  const auto json = nlohmann::json::parse(read_text("replay/" + name + ".json"));
  GoldenReplay replay;
  replay.spec = spec_from_json(json.at("spec"));
  replay.train_images = json.at("train_images");
  replay.validation_images = json.at("validation_images");
  for (const auto& row : json.at("rows")) {
    replay.rows.push_back({row.at("epoch"), row.at("train_loss"), row.at("val_loss"), row.at("val_acc")});
  }
  return replay;
}

}  // namespace mayfly::golden
