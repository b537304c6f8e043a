// Three whole training steps of each small network, as libtorch does them.
#include <fmt/format.h>
#include <torch/torch.h>

#include <fstream>
#include <functional>

#include "networks.h"
#include "programs.h"
#include "tests/golden/float_json.h"
#include "tests/golden/spec_json.h"
#include "torch_network.h"

namespace mayfly::golden {
namespace {

constexpr int kSteps = 3;
constexpr std::uint64_t kSeed = 20210215;

std::vector<float> floats(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.detach().contiguous().flatten();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

/// All parameters, or all gradients, one after the other: per layer weights, then biases.
std::vector<float> flatten_all(const TorchNetwork& model,
                               const std::function<torch::Tensor(const torch::Tensor&)>& pick) {
  std::vector<torch::Tensor> parts;
  for (const torch::Tensor& parameter : model->parameters()) parts.push_back(pick(parameter).flatten());
  return floats(torch::cat(parts));
}

std::vector<float> parameters_of(const TorchNetwork& model) {
  return flatten_all(model, [](const torch::Tensor& parameter) { return parameter.detach(); });
}

std::vector<float> gradients_of(const TorchNetwork& model) {
  return flatten_all(model, [](const torch::Tensor& parameter) { return parameter.grad(); });
}

std::string pixels_hex(const torch::Tensor& pixels) {
  const torch::Tensor flat = pixels.contiguous().flatten();
  std::string text;
  for (int64_t i = 0; i < flat.numel(); ++i) text += fmt::format("{:02x}", flat.data_ptr<std::uint8_t>()[i]);
  return text;
}

/// The keys of one file in order, each on a line of its own.
class GoldenFile {
 public:
  void add(const std::string& key, const FloatJson& value) { add_text(key, value.dump()); }
  void add_text(const std::string& key, const std::string& text) {
    lines_.push_back(fmt::format("\"{}\": {}", key, text));
  }
  void write(const std::filesystem::path& path) const {
    std::ofstream(path) << fmt::format("{{\n{}\n}}\n", fmt::join(lines_, ",\n"));
  }

 private:
  std::vector<std::string> lines_;
};

struct Images {
  torch::Tensor pixels;  ///< (count, channels, height, width), uint8
  torch::Tensor labels;  ///< (count), int64
  torch::Tensor order;   ///< a permutation of 0..count-1
};

Images random_images(const GoldenNetwork& network) {
  const int64_t count = int64_t{network.spec.batch_size} * kSteps;
  const auto [channels, height, width] = network.image;
  return {torch::randint(0, 256, {count, channels, height, width}, torch::kUInt8),
          torch::randint(0, network.spec.classes, {count}, torch::kInt64), torch::randperm(count)};
}

torch::Tensor forward_batch(TorchNetwork& model, const Images& images, const torch::Tensor& indices) {
  return model->forward(normalise_half(images.pixels.index_select(0, indices)));
}

/// Trains batch after batch of the order; notes losses, and logits and gradients of the first step.
void train(TorchNetwork& model, const GoldenNetwork& network, const Images& images, GoldenFile& file) {
  torch::optim::SGD sgd = make_sgd(model->parameters(), network.spec.sgd);
  const int64_t batch = network.spec.batch_size;
  std::vector<float> losses;
  for (int64_t step = 0; step < kSteps; ++step) {
    const torch::Tensor indices = images.order.slice(0, step * batch, (step + 1) * batch);
    const torch::Tensor logits = forward_batch(model, images, indices);
    const torch::Tensor loss = torch::cross_entropy_loss(logits, images.labels.index_select(0, indices));
    sgd.zero_grad();
    loss.backward();
    if (step == 0) file.add("first_logits", floats(logits));
    if (step == 0) file.add("first_gradients", gradients_of(model));
    sgd.step();
    losses.push_back(loss.item<float>());
  }
  file.add("losses", losses);
  file.add("final_parameters", parameters_of(model));
}

/// The trained network on the batches in file order.
void evaluate(TorchNetwork& model, const GoldenNetwork& network, const Images& images, GoldenFile& file) {
  torch::NoGradGuard no_grad;
  const int64_t batch = network.spec.batch_size;
  std::vector<float> losses;
  int64_t correct = 0;
  for (int64_t step = 0; step < kSteps; ++step) {
    const torch::Tensor indices = torch::arange(step * batch, (step + 1) * batch);
    const torch::Tensor labels = images.labels.index_select(0, indices);
    const torch::Tensor logits = forward_batch(model, images, indices);
    losses.push_back(torch::cross_entropy_loss(logits, labels).item<float>());
    correct += logits.argmax(1).eq(labels).sum().item<int64_t>();
  }
  file.add("evaluation_losses", losses);
  file.add("evaluation_correct", correct);
}

void make_one(const GoldenNetwork& network, const std::filesystem::path& path) {
  GoldenFile file;
  file.add("made_by", "tests/golden/generate, libtorch " TORCH_VERSION);
  file.add_text("spec", spec_to_json(network.spec).dump());
  file.add_text("image", image_to_json(network.image).dump());
  const Images images = random_images(network);
  const int64_t count = images.labels.size(0);
  file.add("pixels_hex", pixels_hex(images.pixels));
  file.add("labels", std::vector<int64_t>(images.labels.data_ptr<int64_t>(),
                                          images.labels.data_ptr<int64_t>() + count));
  file.add("order",
           std::vector<int64_t>(images.order.data_ptr<int64_t>(), images.order.data_ptr<int64_t>() + count));
  TorchNetwork model(network.spec, network.image);
  file.add("initial_parameters", parameters_of(model));
  train(model, network, images, file);
  evaluate(model, network, images, file);
  file.write(path);
}

}  // namespace

void make_steps(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder / "steps");
  torch::manual_seed(kSeed);
  for (const GoldenNetwork& network : small_networks())
    make_one(network, folder / "steps" / (network.name + ".json"));
}

}  // namespace mayfly::golden
