// Convolution and Linear in exact arithmetic: a plan for each direction, made once from the shape.
#pragma once

#include <optional>

#include "kernels/backend.h"
#include "kernels/cuda/context.h"
#include "kernels/cuda/gemm_choice.h"
#include "kernels/cuda/weights.h"
#include "kernels/cuda/workspace.h"

namespace mayfly::cuda {

/// One direction, ready to run.
struct GemmPlan {
  GemmPlan(const Conv2dShape& shape, Product product, const GemmRule& rule, const Context& context,
           Workspace& workspace);
  GemmArgs args;  ///< without pointers but to the items
  GemmKernel kernel;
  Buffer items;
};

class CudaConv2d final : public Conv2d {
 public:
  /// `context` and `workspace` are those of the network and outlive the plan.
  CudaConv2d(const Conv2dShape& shape, const GemmRule& rule, const Context& context, Workspace& workspace);

  std::size_t weight_floats() const override { return weights_.floats; }
  void forward(const float* x, const float* weights, const float* bias, const Activation& activation,
               float* y) override;
  void data_gradient(const float* dy, const float* weights, float* dx) override;
  void weight_gradient(const float* x, const float* dy, float* dw) override;
  void initialise(std::uint32_t seed, std::uint32_t layer, float* weights, float* bias) override;
  void import_weights(std::span<const float> logical, float* weights) override;
  void export_weights(const float* weights, std::span<float> logical) override;

 private:
  GemmArgs arguments(const GemmPlan& plan, const float* a, const float* b, float* out) const;

  Conv2dShape shape_;
  WeightLayout weights_;
  const Context& context_;
  Workspace& workspace_;
  GemmPlan forward_, weight_gradient_;
  std::optional<GemmPlan> data_gradient_;  ///< the image has none
};

}  // namespace mayfly::cuda
