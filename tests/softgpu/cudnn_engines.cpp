#include "cudnn_engines.h"

#include <algorithm>

#include "vendor_soft.h"
#include "vendor_state.h"

namespace mayfly::softgpu {
namespace {

constexpr std::int64_t kGreedyWorkspace = std::int64_t{1} << 30;

[[noreturn]] void refuse(cudnnStatus_t status, const char* words) {
  throw CudnnFailure{status, words};
}

/// Makes the descriptor that `handle` names, still empty, one of `type` for an engine.
void become(cudnnBackendDescriptor_t handle, cudnnBackendDescriptorType_t type, std::int64_t engine,
            const Descriptor* graph) {
  Descriptor& descriptor = living(handle);
  if (descriptor.type != type || descriptor.finalized)
    refuse(CUDNN_STATUS_BAD_PARAM_DESCRIPTOR_TYPE, "results need empty descriptors of their type");
  descriptor.engine = engine;
  descriptor.graph = graph;
  descriptor.finalized = true;
}

void require(const Destination& to, cudnnBackendAttributeType_t expected) {
  if (to.type != expected) refuse(CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE, "the wrong type");
  if (to.count == nullptr || (to.capacity > 0 && to.values == nullptr))
    refuse(CUDNN_STATUS_BAD_PARAM_NULL_POINTER, "nowhere to write");
}

template <class T>
void write(const Destination& to, cudnnBackendAttributeType_t expected, const std::vector<T>& found) {
  require(to, expected);
  *to.count = static_cast<std::int64_t>(found.size());
  const auto fits = std::min(found.size(), static_cast<std::size_t>(to.capacity));
  std::copy_n(found.begin(), fits, static_cast<T*>(to.values));
}

void get_results(const Descriptor& heuristics, const Destination& to) {
  require(to, CUDNN_TYPE_BACKEND_DESCRIPTOR);
  const std::vector<std::int64_t> offered = engines(heuristics);
  *to.count = static_cast<std::int64_t>(offered.size());
  const Descriptor& graph =
      part(heuristics, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  for (std::size_t i = 0; i < offered.size() && i < static_cast<std::size_t>(to.capacity); ++i)
    become(static_cast<cudnnBackendDescriptor_t*>(to.values)[i], CUDNN_BACKEND_ENGINECFG_DESCRIPTOR,
           offered[i], &graph);
}

void get_engine(const Descriptor& configuration, const Destination& to) {
  require(to, CUDNN_TYPE_BACKEND_DESCRIPTOR);
  if (to.capacity < 1) refuse(CUDNN_STATUS_BAD_PARAM_SIZE_INSUFFICIENT, "no room for an engine");
  *to.count = 1;
  become(*static_cast<cudnnBackendDescriptor_t*>(to.values), CUDNN_BACKEND_ENGINE_DESCRIPTOR,
         configuration.engine, configuration.graph);
}

std::vector<cudnnBackendNumericalNote_t> numerical_notes(std::int64_t engine) {
  if (engine == kTensorCoreEngine) return {CUDNN_NUMERICAL_NOTE_TENSOR_CORE};
  if (engine == kReducedEngine)
    return {CUDNN_NUMERICAL_NOTE_FFT, CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION};
  if (engine == kNonDeterministicEngine) return {CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC};
  if (engine == kGoodEngine) return {CUDNN_NUMERICAL_NOTE_WINOGRAD};
  return {};
}

std::vector<cudnnBackendBehaviorNote_t> behavior_notes(std::int64_t engine) {
  if (engine == kCompiledEngine) return {CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION};
  return {};
}

cudnnBackendDescriptorType_t owner_of(cudnnBackendAttributeName_t name) {
  if (name == CUDNN_ATTR_ENGINEHEUR_RESULTS) return CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR;
  if (name == CUDNN_ATTR_ENGINECFG_ENGINE) return CUDNN_BACKEND_ENGINECFG_DESCRIPTOR;
  if (name == CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE) return CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR;
  return CUDNN_BACKEND_ENGINE_DESCRIPTOR;
}

void get(const Descriptor& descriptor, cudnnBackendAttributeName_t name, const Destination& to) {
  switch (name) {
    case CUDNN_ATTR_ENGINEHEUR_RESULTS:
      return get_results(descriptor, to);
    case CUDNN_ATTR_ENGINECFG_ENGINE:
      return get_engine(descriptor, to);
    case CUDNN_ATTR_ENGINE_GLOBAL_INDEX:
      return write(to, CUDNN_TYPE_INT64, std::vector{descriptor.engine});
    case CUDNN_ATTR_ENGINE_NUMERICAL_NOTE:
      return write(to, CUDNN_TYPE_NUMERICAL_NOTE, numerical_notes(descriptor.engine));
    case CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE:
      return write(to, CUDNN_TYPE_BEHAVIOR_NOTE, behavior_notes(descriptor.engine));
    case CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE:
      return write(
          to, CUDNN_TYPE_INT64,
          std::vector{workspace_of(configuration_of(descriptor).engine, convolution_of_plan(descriptor))});
    default:
      refuse(CUDNN_STATUS_NOT_SUPPORTED, "the software cuDNN does not tell this");
  }
}

}  // namespace

std::vector<std::int64_t> engines(const Descriptor& heuristics) {
  const Descriptor& graph =
      part(heuristics, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
  if (heuristics.value<cudnnBackendHeurMode_t>(CUDNN_ATTR_ENGINEHEUR_MODE) == CUDNN_HEUR_MODE_FALLBACK)
    return {only_refused_engines() ? kTensorCoreEngine : kLastEngine};
  std::vector<std::int64_t> offered{kTensorCoreEngine, kReducedEngine,     kNonDeterministicEngine,
                                    kCompiledEngine,   kUnsupportedEngine, kGreedyEngine};
  const SoftConvolution convolution = convolution_of_graph(graph);
  const bool only_refused =
      only_refused_engines() ||
      (convolution.direction == CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR &&
       convolution.stride[0] > 1);
  if (!only_refused) offered.push_back(kGoodEngine);
  return offered;
}

std::int64_t workspace_of(std::int64_t engine, const SoftConvolution& convolution) {
  if (engine == kGreedyEngine) return kGreedyWorkspace;
  if (engine == kLastEngine) return 0;
  return 1000 + static_cast<std::int64_t>(convolution.w.count()) % 5000;  // no whole number of anything
}

const Descriptor& configuration_of(const Descriptor& plan) {
  return part(plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
}

SoftConvolution convolution_of_plan(const Descriptor& plan) {
  return convolution_of_graph(*configuration_of(plan).graph);
}

void get_attribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                   const Destination& to) {
  get(finalized(descriptor, owner_of(name)), name, to);
}

}  // namespace mayfly::softgpu
