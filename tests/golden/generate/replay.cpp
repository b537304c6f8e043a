// Retrains a published CIFAR-100 table with libtorch, on whatever CIFAR-100 files it is given.
#include <fmt/format.h>
#include <torch/torch.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

#include "networks.h"
#include "programs.h"
#include "tests/golden/spec_json.h"
#include "torch_network.h"

namespace mayfly::golden {
namespace {

struct Images {
  torch::Tensor pixels;  ///< (count, 3, 32, 32), uint8
  torch::Tensor labels;  ///< (count), int64
};

/// CIFAR-100 binary: per image coarse label, fine label, 3072 pixels (channel, row, column).
Images read_cifar100(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  constexpr int64_t kRecord = 2 + 3 * 32 * 32;
  const auto count = static_cast<int64_t>(bytes.size()) / kRecord;
  if (count == 0 || static_cast<int64_t>(bytes.size()) != count * kRecord) {
    throw std::runtime_error(
        fmt::format("{}: {} bytes are not whole records of {}", path.string(), bytes.size(), kRecord));
  }
  const torch::Tensor records = torch::from_blob(bytes.data(), {count, kRecord}, torch::kUInt8).clone();
  return {records.slice(1, 2).reshape({count, 3, 32, 32}), records.select(1, 1).to(torch::kInt64)};
}

/// One replay: network, optimiser and the sums of the row that is being made.
class Replay {
 public:
  Replay(const GoldenNetwork& network, bool half, std::uint64_t seed)
      : batch_(network.spec.batch_size), normalise_(half ? normalise_half : normalise_none) {
    torch::manual_seed(seed);
    model_ = TorchNetwork(network.spec, network.image);
    sgd_ = std::make_unique<torch::optim::SGD>(make_sgd(model_->parameters(), network.spec.sgd));
  }

  nlohmann::ordered_json run(const Images& train, const Images& validation, int epochs) {
    auto rows = nlohmann::ordered_json::array();
    const int64_t batches = train.labels.size(0) / batch_;
    for (int epoch = 0; epoch < epochs; ++epoch) {
      const torch::Tensor order = torch::randperm(train.labels.size(0));
      for (const auto& [begin, end, at] :
           {std::tuple{int64_t{0}, batches / 2, 0.5}, {batches / 2, batches, 1.0}}) {
        const double train_loss = train_half(train, order, begin, end);
        rows.push_back(validated_row(validation, epoch + at, train_loss));
        fmt::print(stderr, "{}\n", rows.back().dump());
      }
    }
    return rows;
  }

 private:
  torch::Tensor batch_loss(const Images& images, const torch::Tensor& indices, torch::Tensor& logits) {
    logits = model_->forward(normalise_(images.pixels.index_select(0, indices)));
    return torch::cross_entropy_loss(logits, images.labels.index_select(0, indices));
  }

  double train_half(const Images& train, const torch::Tensor& order, int64_t begin, int64_t end) {
    double sum = 0;
    torch::Tensor logits;
    for (int64_t i = begin; i < end; ++i) {
      const torch::Tensor loss = batch_loss(train, order.slice(0, i * batch_, (i + 1) * batch_), logits);
      sgd_->zero_grad();
      loss.backward();
      sgd_->step();
      sum += loss.item<float>();
    }
    return sum / static_cast<double>(end - begin);
  }

  nlohmann::ordered_json validated_row(const Images& validation, double epoch, double train_loss) {
    torch::NoGradGuard no_grad;
    const int64_t batches = validation.labels.size(0) / batch_;
    double sum = 0;
    int64_t correct = 0;
    torch::Tensor logits;
    for (int64_t i = 0; i < batches; ++i) {
      const torch::Tensor indices = torch::arange(i * batch_, (i + 1) * batch_);
      sum += batch_loss(validation, indices, logits).item<float>();
      correct += logits.argmax(1).eq(validation.labels.index_select(0, indices)).sum().item<int64_t>();
    }
    return {{"epoch", epoch},
            {"train_loss", train_loss},
            {"val_loss_mean", sum / static_cast<double>(batches)},
            {"val_loss", sum / static_cast<double>(batches + 1)},
            {"val_acc", 100.0 * static_cast<double>(correct) / static_cast<double>(batches * batch_)}};
  }

  int64_t batch_;
  torch::Tensor (*normalise_)(const torch::Tensor&);
  TorchNetwork model_{nullptr};
  std::unique_ptr<torch::optim::SGD> sgd_;
};

}  // namespace

void make_replay(const std::filesystem::path& data, const std::string& normalize, std::uint64_t seed,
                 const std::filesystem::path& output) {
  const Images train = read_cifar100(data / "train.bin");
  const Images validation = read_cifar100(data / "test.bin");
  const GoldenNetwork network = published_network();
  const nlohmann::ordered_json rows = Replay(network, normalize == "half", seed).run(train, validation, 3);
  const nlohmann::ordered_json json = {{"table", network.name},
                                       {"made_by", "tests/golden/generate, libtorch " TORCH_VERSION},
                                       {"normalize", normalize},
                                       {"seed", seed},
                                       {"train_images", train.labels.size(0)},
                                       {"validation_images", validation.labels.size(0)},
                                       {"spec", spec_to_json(network.spec)},
                                       {"rows", rows}};
  std::ofstream(output) << json.dump(1) << '\n';
}

}  // namespace mayfly::golden
