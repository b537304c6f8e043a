#include "torch_network.h"

#include <stdexcept>
#include <string>

namespace mayfly::golden {

namespace F = torch::nn::functional;

TorchNetworkImpl::TorchNetworkImpl(const NetworkSpec& spec, ImageShape image) : blocks_(spec.conv_blocks) {
  int64_t in_channels = image.channels;
  for (const ConvBlockSpec& block : blocks_) {
    if (block.dropout) throw std::invalid_argument("golden networks have no dropout");
    const auto options = torch::nn::Conv2dOptions(in_channels, block.out_channels, block.kernel_size)
                             .stride(block.stride)
                             .padding(block.padding);
    convs_.push_back(register_module("conv" + std::to_string(convs_.size()), torch::nn::Conv2d(options)));
    in_channels = block.out_channels;
  }
  torch::NoGradGuard no_grad;
  int64_t features = forward_maps(torch::zeros({1, image.channels, image.height, image.width})).numel();
  for (const HiddenLinearSpec& hidden : spec.hidden_linears) {
    add_linear(features, hidden.out_features);
    features = hidden.out_features;
  }
  add_linear(features, spec.classes);
}

void TorchNetworkImpl::add_linear(int64_t in_features, int64_t out_features) {
  linears_.push_back(register_module("linear" + std::to_string(linears_.size()),
                                     torch::nn::Linear(in_features, out_features)));
}

torch::Tensor TorchNetworkImpl::forward_maps(torch::Tensor x) {
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    x = convs_[i]->forward(x);
    if (blocks_[i].relu) x = torch::relu(x);
    if (const auto& pool = blocks_[i].pool) {
      x = F::max_pool2d(
          x, F::MaxPool2dFuncOptions(pool->kernel_size).stride(pool->stride).padding(pool->padding));
    }
  }
  return x;
}

torch::Tensor TorchNetworkImpl::forward(torch::Tensor x) {
  x = forward_maps(x).flatten(1);
  for (std::size_t i = 0; i + 1 < linears_.size(); ++i) x = torch::relu(linears_[i]->forward(x));
  return linears_.back()->forward(x);
}

torch::optim::SGD make_sgd(const std::vector<torch::Tensor>& parameters, const SgdSpec& sgd) {
  return torch::optim::SGD(parameters, torch::optim::SGDOptions(sgd.learning_rate)
                                           .momentum(sgd.momentum)
                                           .dampening(sgd.dampening)
                                           .weight_decay(sgd.weight_decay));
}

torch::Tensor normalise_half(const torch::Tensor& pixels) {
  return (normalise_none(pixels) - 0.5) / 0.5;
}

torch::Tensor normalise_none(const torch::Tensor& pixels) {
  return pixels.to(torch::kFloat32) / 255;
}

}  // namespace mayfly::golden
