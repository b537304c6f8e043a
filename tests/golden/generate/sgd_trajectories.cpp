// Fifty steps of libtorch's SGD on thirteen numbers, momentum, dampening and weight decay on and off.
#include <fmt/format.h>
#include <torch/torch.h>

#include <array>
#include <fstream>

#include "programs.h"
#include "tests/golden/float_json.h"
#include "tests/golden/sgd_gradients.h"
#include "torch_network.h"

namespace mayfly::golden {
namespace {

constexpr std::array kNotedSteps = {1, 2, 3, 10, 50};
constexpr double kLearningRate = 0.07, kMomentum = 0.9, kDampening = 0.3, kWeightDecay = 0.013;

std::vector<float> values_of(const torch::Tensor& w) {
  return {w.data_ptr<float>(), w.data_ptr<float>() + w.numel()};
}

/// {"parameters_after": {"1": [...], ...}} as text.
std::string trajectory(const SgdSpec& sgd) {
  const std::vector<float> start = sgd_start();
  torch::Tensor w = torch::tensor(start).requires_grad_(true);
  torch::optim::SGD optimizer = make_sgd({w}, sgd);
  FloatJson after = FloatJson::object();
  for (int step = 1; step <= kNotedSteps.back(); ++step) {
    w.mutable_grad() = torch::tensor(sgd_gradient(step));
    optimizer.step();
    if (std::find(kNotedSteps.begin(), kNotedSteps.end(), step) != kNotedSteps.end()) {
      after[std::to_string(step)] = values_of(w.detach());
    }
  }
  return after.dump();
}

}  // namespace

void make_sgd_trajectories(const std::filesystem::path& folder) {
  std::vector<std::string> lines;
  for (int bits = 0; bits < 8; ++bits) {
    const SgdSpec sgd{kLearningRate, bits & 1 ? kMomentum : 0, bits & 2 ? kDampening : 0,
                      bits & 4 ? kWeightDecay : 0};
    const nlohmann::ordered_json scalars = {{"learning_rate", sgd.learning_rate},
                                            {"momentum", sgd.momentum},
                                            {"dampening", sgd.dampening},
                                            {"weight_decay", sgd.weight_decay}};
    lines.push_back(
        fmt::format("{{\"scalars\": {},\n\"parameters_after\": {}}}", scalars.dump(), trajectory(sgd)));
  }
  std::ofstream(folder / "sgd.json") << fmt::format(
      "{{\"made_by\": \"tests/golden/generate, libtorch {}\",\n\"trajectories\": [\n{}\n]}}\n", TORCH_VERSION,
      fmt::join(lines, ",\n"));
}

}  // namespace mayfly::golden
