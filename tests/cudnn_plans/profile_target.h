// A device that is only described: cuDNN 9.8 and newer choose and check plans for it on a machine without a
// GPU (NVIDIA calls it deviceless compilation). Such plans cannot run.
#pragma once

#include <string>

#include "kernels/cuda/vendor/plan_choice.h"

namespace mayfly::cuda {

/// MAJOR*10000 + MINOR*100 + PATCH of the first cuDNN that takes a description.
inline constexpr std::size_t kFirstWithProfiles = 90800;

class ProfileTarget final : public PlanTarget {
 public:
  /// `name`: a file of profiles/, without .json.
  explicit ProfileTarget(const std::string& name);
  void describe_graph(GraphDescriptor& graph) const override;
  void describe_heuristics(GraphDescriptor& heuristics) const override;
  void describe_plan(GraphDescriptor& plan) const override;

 private:
  GraphDescriptor properties_;
};

}  // namespace mayfly::cuda
