#include "kernels/cuda/vendor/plan_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "core/error.h"
#include "kernels/cuda/vendor/status.h"

namespace mayfly::cuda {
namespace {

constexpr std::size_t kMostNotes = 32;  // cuDNN 9 knows 10

template <class Note>
std::vector<Note> notes_of(const GraphDescriptor& engine, cudnnBackendAttributeName_t name) {
  std::vector<Note> notes(kMostNotes);
  notes.resize(engine.get(name, std::span<Note>(notes)));
  return notes;
}

EngineFacts facts_of(const GraphDescriptor& configuration) {
  std::array engine{GraphDescriptor(CUDNN_BACKEND_ENGINE_DESCRIPTOR, "engine")};
  configuration.get(CUDNN_ATTR_ENGINECFG_ENGINE, std::span<GraphDescriptor>(engine));
  EngineFacts facts{.index = engine[0].get<std::int64_t>(CUDNN_ATTR_ENGINE_GLOBAL_INDEX)};
  for (const auto note : notes_of<cudnnBackendNumericalNote_t>(engine[0], CUDNN_ATTR_ENGINE_NUMERICAL_NOTE)) {
    facts.tensor_cores |= note == CUDNN_NUMERICAL_NOTE_TENSOR_CORE;
    facts.reduced_precision |= note == CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS ||
                               note == CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION;
    facts.non_deterministic |= note == CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC;
  }
  for (const auto note : notes_of<cudnnBackendBehaviorNote_t>(engine[0], CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE))
    facts.compiles_at_run_time |= note == CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION;
  return facts;
}

/// What was refused, for the error.
struct Refusals {
  int tensor_cores = 0, reduced_precision = 0, non_deterministic = 0, compiled = 0, unsupported = 0;
  int workspace = 0;

  std::string text() const {
    return fmt::format(
        "{} with tensor cores, {} with reduced precision, {} not deterministic, {} compiled at run time, {} "
        "not supported by their own account, {} with a workspace above {} MiB",
        tensor_cores, reduced_precision, non_deterministic, compiled, unsupported, workspace,
        kMaxWorkspaceBytes >> 20);
  }
};

bool allowed(const EngineFacts& facts, Refusals& refusals) {
  int* const reason = facts.tensor_cores           ? &refusals.tensor_cores
                      : facts.reduced_precision    ? &refusals.reduced_precision
                      : facts.non_deterministic    ? &refusals.non_deterministic
                      : facts.compiles_at_run_time ? &refusals.compiled
                                                   : nullptr;
  if (reason != nullptr) ++*reason;
  return reason == nullptr;
}

std::vector<GraphDescriptor> configurations(const GraphDescriptor& graph, cudnnBackendHeurMode_t mode,
                                            const PlanTarget& target) {
  GraphDescriptor heuristics(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR, "heuristics");
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph);
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_MODE, mode);
  target.describe_heuristics(heuristics);
  std::vector<GraphDescriptor> found;
  if (!heuristics.try_finalize()) return found;  // this mode knows nothing of it
  const std::size_t count = heuristics.count(CUDNN_ATTR_ENGINEHEUR_RESULTS, CUDNN_TYPE_BACKEND_DESCRIPTOR);
  for (std::size_t i = 0; i < count; ++i)
    found.emplace_back(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, "engine configuration");
  const std::size_t written =
      heuristics.get(CUDNN_ATTR_ENGINEHEUR_RESULTS, std::span<GraphDescriptor>(found));
  while (found.size() > written) found.pop_back();
  return found;
}

/// The plan of a configuration, and its workspace; nothing where the device cannot run it.
std::optional<std::pair<GraphDescriptor, std::size_t>> make_plan(const GraphDescriptor& configuration,
                                                                 const PlanTarget& target) {
  GraphDescriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR, "plan");
  plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
  target.describe_plan(plan);
  if (!plan.try_finalize()) return std::nullopt;
  const auto bytes = plan.get<std::int64_t>(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE);
  return std::pair(std::move(plan), static_cast<std::size_t>(bytes));
}

std::string text_of(const Conv2dShape& s, Direction direction) {
  return fmt::format(
      "the {} of a convolution of {} images, {}x{}x{} to {} channels, kernel {}, stride {}, padding {}",
      name_of(direction), s.batch, s.in_channels, s.height, s.width, s.out_channels, s.kernel_size, s.stride,
      s.padding);
}

}  // namespace

void HandleTarget::describe_graph(GraphDescriptor& graph) const {
  graph.set(CUDNN_ATTR_OPERATIONGRAPH_HANDLE, handle_);
}
void HandleTarget::describe_heuristics(GraphDescriptor& /*heuristics*/) const {}
void HandleTarget::describe_plan(GraphDescriptor& plan) const {
  plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, handle_);
}

ConvPlan choose_plan(const Conv2dShape& shape, Direction direction, const PlanTarget& target) {
  ConvGraph graph(shape, direction);
  target.describe_graph(graph.graph);
  graph.graph.finalize();
  Refusals refusals;
  for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK})
    for (GraphDescriptor& configuration : configurations(graph.graph, mode, target)) {
      const EngineFacts facts = facts_of(configuration);
      if (!allowed(facts, refusals)) continue;
      auto plan = make_plan(configuration, target);
      refusals.unsupported += !plan;
      if (!plan) continue;
      refusals.workspace += plan->second > kMaxWorkspaceBytes;
      if (plan->second > kMaxWorkspaceBytes) continue;
      return {std::move(graph), std::move(configuration),        std::move(plan->first), facts,
              plan->second,     mode == CUDNN_HEUR_MODE_FALLBACK};
    }
  throw DeviceError(fmt::format(
      "cuDNN {} has no plan in FP32 and deterministic for {}: {}; use arithmetic exact, on a V100 (compute "
      "capability 7.0) cuDNN 9.10.2, the last with kernels for it",
      cudnn_version(), text_of(shape, direction), refusals.text()));
}

void run_plan(const ConvPlan& plan, cudnnHandle_t handle, const float* x, const float* w, const float* y,
              void* workspace) {
  // cuDNN takes all addresses as writable, those it only reads too.
  const std::array<void*, 3> addresses{const_cast<float*>(x), const_cast<float*>(w), const_cast<float*>(y)};
  GraphDescriptor pack(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, "variant pack");
  pack.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, std::array{kTensorX, kTensorW, kTensorY});
  pack.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, addresses);
  pack.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, workspace);
  pack.finalize();
  check(cudnn().execute(handle, plan.plan.raw(), pack.raw()), "start a convolution");
}

}  // namespace mayfly::cuda
