// A NetworkSpec as a libtorch module.
#pragma once

#include <torch/torch.h>

#include "core/network_spec.h"
#include "core/shape.h"

namespace mayfly::golden {

/// Conv2d, ReLU, MaxPool2d per block, flatten, hidden Linear + ReLU, last Linear: PyTorch's own shapes and
/// default initialisation. parameters() are, layer by layer, weight and bias: the logical order of Mayfly.
class TorchNetworkImpl : public torch::nn::Module {
 public:
  TorchNetworkImpl(const NetworkSpec& spec, ImageShape image);
  torch::Tensor forward(torch::Tensor x);  ///< (batch, channels, height, width) -> logits (batch, classes)

 private:
  torch::Tensor forward_maps(torch::Tensor x);
  void add_linear(int64_t in_features, int64_t out_features);

  std::vector<ConvBlockSpec> blocks_;
  std::vector<torch::nn::Conv2d> convs_;
  std::vector<torch::nn::Linear> linears_;
};
TORCH_MODULE(TorchNetwork);

torch::optim::SGD make_sgd(const std::vector<torch::Tensor>& parameters, const SgdSpec& sgd);

/// (x/255 - 0.5)/0.5, or x/255, of uint8 pixels.
torch::Tensor normalise_half(const torch::Tensor& pixels);
torch::Tensor normalise_none(const torch::Tensor& pixels);

}  // namespace mayfly::golden
