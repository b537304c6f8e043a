// Convolution by cuDNN. Its planes lie in the network's workspace:
//
//   forward           x -> planes; cuDNN; planes -> y with bias and activation, the kept part
//   data gradient     dy -> planes, +0 where not kept; cuDNN; planes -> dx
//   weight gradient   x, dy -> planes; cuDNN
//
// Weights are in logical order. All that runs can be recorded: no memory is asked for, nothing is waited for.
#pragma once

#include <optional>

#include "kernels/backend.h"
#include "kernels/cuda/context.h"
#include "kernels/cuda/vendor/handles.h"
#include "kernels/cuda/vendor/plan_choice.h"
#include "kernels/cuda/vendor/planes.h"
#include "kernels/cuda/weights.h"
#include "kernels/cuda/workspace.h"

namespace mayfly::cuda {

class VendorConv2d final : public Conv2d {
 public:
  /// Chooses a plan for each direction (the image has no data gradient) and reserves the workspace. All
  /// three references outlive it.
  VendorConv2d(const Context& context, const VendorHandles& handles, Workspace& workspace,
               const Conv2dShape& shape);

  std::size_t weight_floats() const override { return weights_.floats; }
  void forward(const float* x, const float* weights, const float* bias, const Activation& activation,
               float* y) override;
  void data_gradient(const float* dy, const float* weights, float* dx) override;
  void weight_gradient(const float* x, const float* dy, float* dw) override;
  void initialise(std::uint32_t seed, std::uint32_t layer, float* weights, float* bias) override;
  void import_weights(std::span<const float> logical, float* weights) override;
  void export_weights(const float* weights, std::span<float> logical) override;

 private:
  /// Where the planes of x and y and cuDNN's own memory begin in the workspace.
  float* x_planes() const { return workspace_.floats(); }
  float* y_planes() const;
  void* plan_memory() const;
  std::size_t workspace_floats() const;
  /// The planes of x: x itself where it is laid out like them.
  const float* input_planes(const float* x) const;
  void run(const ConvPlan& plan, const float* x, const float* w, const float* y) const;

  const Context& context_;
  const VendorHandles& handles_;
  Workspace& workspace_;
  const Conv2dShape shape_;
  const PlanesShape x_shape_, y_shape_;
  const MapLayout x_layout_, y_layout_;
  const WeightLayout weights_;
  ConvPlan forward_;
  std::optional<ConvPlan> data_gradient_;
  ConvPlan weight_gradient_;
};

}  // namespace mayfly::cuda
