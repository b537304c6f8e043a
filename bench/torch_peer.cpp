#include "bench/torch_peer.h"

#include <torch/torch.h>
#include <torch/version.h>

#include <vector>

namespace mayfly::bench {

namespace {

torch::nn::Conv2d conv2d(int in_channels, const ConvBlockSpec& block) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in_channels, block.out_channels, block.kernel_size)
                               .stride(block.stride)
                               .padding(block.padding));
}

torch::optim::SGDOptions sgd_options(const SgdSpec& sgd) {
  return torch::optim::SGDOptions(sgd.learning_rate)
      .momentum(sgd.momentum)
      .dampening(sgd.momentum > 0 ? sgd.dampening : 0)
      .weight_decay(sgd.weight_decay);
}

}  // namespace

struct TorchPeer::Impl {
  NetworkSpec spec;
  torch::MemoryFormat format;
  torch::Tensor pixels;
  torch::Tensor labels;
  std::vector<torch::nn::Conv2d> convs;
  std::vector<torch::nn::Linear> linears;
  std::unique_ptr<torch::optim::SGD> optimizer;

  torch::Tensor features(torch::Tensor x) const {
    for (std::size_t i = 0; i < convs.size(); ++i) {
      const ConvBlockSpec& block = spec.conv_blocks[i];
      torch::nn::Conv2d conv = convs[i];
      x = conv->forward(x);
      if (block.relu) x = torch::relu(x);
      if (block.dropout && spec.dropout_rate > 0) x = torch::feature_dropout(x, spec.dropout_rate, true);
      if (block.pool)
        x = torch::max_pool2d(x, block.pool->kernel_size, block.pool->stride, block.pool->padding);
    }
    return x;
  }

  torch::Tensor logits(torch::Tensor x) const {
    x = features(std::move(x)).flatten(1);
    for (std::size_t i = 0; i < linears.size(); ++i) {
      torch::nn::Linear linear = linears[i];
      x = linear->forward(x);
      if (i + 1 == linears.size()) break;
      x = torch::relu(x);
      if (spec.hidden_linears[i].dropout && spec.fc_dropout_rate > 0)
        x = torch::dropout(x, spec.fc_dropout_rate, true);
    }
    return x;
  }

  std::vector<torch::Tensor> parameters() const {
    std::vector<torch::Tensor> all;
    for (const torch::nn::Conv2d& conv : convs) all.insert(all.end(), {conv->weight, conv->bias});
    for (const torch::nn::Linear& linear : linears) all.insert(all.end(), {linear->weight, linear->bias});
    return all;
  }
};

TorchPeer::TorchPeer(const NetworkSpec& spec, ImageShape image, std::span<const std::uint8_t> pixels,
                     std::span<const std::uint8_t> labels, bool channels_last)
    : impl_(new Impl{
          .spec = spec,
          .format = channels_last ? torch::MemoryFormat::ChannelsLast : torch::MemoryFormat::Contiguous}) {
  at::set_num_threads(1);
  const auto count = static_cast<std::int64_t>(labels.size());
  impl_->pixels = torch::from_blob(const_cast<std::uint8_t*>(pixels.data()),
                                   {count, image.channels, image.height, image.width}, torch::kUInt8)
                      .clone(impl_->format);
  impl_->labels =
      torch::from_blob(const_cast<std::uint8_t*>(labels.data()), {count}, torch::kUInt8).to(torch::kInt64);
  int channels = image.channels;
  for (const ConvBlockSpec& block : spec.conv_blocks) {
    impl_->convs.push_back(conv2d(channels, block));
    channels = block.out_channels;
  }
  std::int64_t features = 0;
  {
    const torch::NoGradGuard no_gradients;
    features = impl_->features(torch::zeros({1, image.channels, image.height, image.width})).numel();
  }
  for (const HiddenLinearSpec& hidden : spec.hidden_linears) {
    impl_->linears.push_back(torch::nn::Linear(features, hidden.out_features));
    features = hidden.out_features;
  }
  impl_->linears.push_back(torch::nn::Linear(features, spec.classes));
  for (torch::nn::Conv2d& conv : impl_->convs) conv->weight.set_data(conv->weight.contiguous(impl_->format));
  impl_->optimizer = std::make_unique<torch::optim::SGD>(impl_->parameters(), sgd_options(spec.sgd));
}

TorchPeer::~TorchPeer() = default;

void TorchPeer::import_parameters(std::span<const float> logical) {
  const torch::NoGradGuard no_gradients;
  std::size_t at = 0;
  for (torch::Tensor& parameter : impl_->parameters()) {
    const auto count = static_cast<std::size_t>(parameter.numel());
    parameter.copy_(
        torch::from_blob(const_cast<float*>(logical.data() + at), parameter.sizes(), torch::kFloat32));
    at += count;
  }
  TORCH_CHECK(at == logical.size(), "another number of parameters");
}

double TorchPeer::train_step(std::span<const std::uint32_t> batch) {
  std::vector<std::int64_t> wide(batch.begin(), batch.end());
  const torch::Tensor index =
      torch::from_blob(wide.data(), {static_cast<std::int64_t>(wide.size())}, torch::kInt64);
  torch::Tensor x = impl_->pixels.index_select(0, index).contiguous(impl_->format).to(torch::kFloat32);
  x.mul_(2.0 / 255.0).sub_(1.0);
  impl_->optimizer->zero_grad();
  const torch::Tensor loss =
      torch::cross_entropy_loss(impl_->logits(x), impl_->labels.index_select(0, index));
  loss.backward();
  impl_->optimizer->step();
  return loss.item<double>();
}

std::string TorchPeer::version() {
  return TORCH_VERSION;
}

}  // namespace mayfly::bench
