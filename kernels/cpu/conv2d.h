// Convolution and Linear on the CPU: per map position a batch-reduce product over its valid taps, in all
// three directions with one micro-kernel. No im2col, no padding, no edge cases; a Linear layer is one
// position.
#pragma once

#include <span>

#include "kernels/backend.h"
#include "kernels/cpu/conv2d_layout.h"
#include "kernels/cpu/scratch.h"
#include "kernels/cpu/sgd.h"
#include "kernels/cpu/team.h"

namespace mayfly::cpu {

class CpuConv2d final : public Conv2d {
 public:
  /// The references are the backend's and outlive the plan.
  CpuConv2d(const Conv2dShape& shape, Team& team, Scratch& scratch, const StepCounters& counters);

  std::size_t weight_floats() const override { return layout_.weight_floats(); }
  void forward(const float* x, const float* weights, const float* bias, const Activation& activation,
               float* y) override;
  void data_gradient(const float* dy, const float* weights, float* dx) override;
  void weight_gradient(const float* x, const float* dy, float* dw) override;
  bool updates_weights() const override { return true; }
  void update_weights(const float* x, const float* dy, const SgdScalars& scalars, float* dw, float* weights,
                      float* momentum) override;
  void initialise(std::uint32_t seed, std::uint32_t layer, float* weights, float* bias) override;
  void import_weights(std::span<const float> logical, float* weights) override;
  void export_weights(const float* weights, std::span<float> logical) override;

 private:
  void data_gradient_of_one_output(const float* dy, const float* weights, float* dx);
  /// `update`: nullptr where the gradient is what is wanted.
  void weight_products(const float* x, const float* dy, float* dw, const WeightUpdate* update);
  void weight_products_of_image(const float* x, const float* dy, float* dw, const WeightUpdate* update);
  /// Into how many parts to cut the items of each group: one where one core works, else enough for balance.
  int parts_for(std::size_t groups, int items) const;

  const Conv2dLayout layout_;
  Team& team_;
  Scratch& scratch_;
  const StepCounters& counters_;
};

}  // namespace mayfly::cpu
