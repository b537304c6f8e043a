// Which of cuDNN's plans runs a convolution: the first that cuDNN's own order offers and the rules allow.
// Nothing is timed, so the choice, and with it the bits, depends on the shape, the kind of GPU and the
// version of cuDNN alone.
//
// Refused: the numerical notes TENSOR_CORE, DOWN_CONVERT_INPUTS, REDUCED_PRECISION_REDUCTION and
// NONDETERMINISTIC; the behaviour note RUNTIME_COMPILATION; a workspace above kMaxWorkspaceBytes; what does
// not finalize. Heuristic mode A is asked, then mode FALLBACK: up to 3 % of the layers need it (forward,
// A100, cuDNN 9.10: all that mode A offers them computes in TF32), a few on every GPU (tests/cudnn_plans).
#pragma once

#include <cstddef>
#include <string>

#include "kernels/cuda/vendor/conv_graph.h"

namespace mayfly::cuda {

inline constexpr std::size_t kMaxWorkspaceBytes = std::size_t{256} << 20;

/// What cuDNN must know of the device. Each function is called before the descriptor is finalized.
class PlanTarget {
 public:
  virtual ~PlanTarget() = default;
  virtual void describe_graph(GraphDescriptor& graph) const = 0;
  virtual void describe_heuristics(GraphDescriptor& heuristics) const = 0;
  virtual void describe_plan(GraphDescriptor& plan) const = 0;
};

/// The device of a handle, which must outlive the plans made for it.
class HandleTarget final : public PlanTarget {
 public:
  explicit HandleTarget(cudnnHandle_t handle) : handle_(handle) {}
  void describe_graph(GraphDescriptor& graph) const override;
  void describe_heuristics(GraphDescriptor& heuristics) const override;
  void describe_plan(GraphDescriptor& plan) const override;

 private:
  cudnnHandle_t handle_;
};

/// What an engine says of itself.
struct EngineFacts {
  std::int64_t index = 0;
  bool tensor_cores = false;  ///< TF32
  bool reduced_precision = false;
  bool non_deterministic = false;
  bool compiles_at_run_time = false;
};

struct ConvPlan {
  ConvGraph graph;
  GraphDescriptor configuration;
  GraphDescriptor plan;
  EngineFacts engine;
  std::size_t workspace_bytes = 0;
  bool from_fallback = false;  ///< mode A had none
};

/// DeviceError where all plans are refused; it counts them by reason.
ConvPlan choose_plan(const Conv2dShape& shape, Direction direction, const PlanTarget& target);

/// Starts it on the stream of `handle`. x and y are packed planes, 16-byte aligned like w; `workspace` has
/// plan.workspace_bytes.
void run_plan(const ConvPlan& plan, cudnnHandle_t handle, const float* x, const float* w, const float* y,
              void* workspace);

}  // namespace mayfly::cuda
