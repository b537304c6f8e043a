// Graphs.
#include <cuda_runtime_api.h>

#include <algorithm>

#include "fail.h"
#include "runtime.h"

using namespace mayfly::softgpu;

namespace {

void check_graph(const Runtime& runtime, cudaGraph_t graph, const char* what) {
  if (!runtime.graphs.has(graph)) fail("{}: this graph was destroyed or never made", what);
}

void check_executable(const Runtime& runtime, cudaGraphExec_t executable, const char* what) {
  if (!runtime.executables.has(executable))
    fail("{}: this executable graph was destroyed or never made", what);
}

}  // namespace

extern "C" {

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long) {
  return call("cudaGraphInstantiate", Call::instantiate, [&](Runtime& runtime) {
    check_graph(runtime, graph, "cudaGraphInstantiate");
    if (const cudaError_t refused = runtime.refuse_in_capture(); refused != cudaSuccess) return refused;
    *executable = runtime.executables.add(std::make_unique<CUgraphExec_st>());
    (*executable)->device = graph->device;
    (*executable)->nodes = graph->nodes;
    return cudaSuccess;
  });
}

// Nodes are named by their place: nothing can be done with them but count them.
cudaError_t cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t* nodes, std::size_t* count) {
  return call("cudaGraphGetNodes", [&](Runtime& runtime) {
    check_graph(runtime, graph, "cudaGraphGetNodes");
    const std::size_t all = graph->nodes->size();
    if (nodes == nullptr) {
      *count = all;
      return cudaSuccess;
    }
    for (std::size_t i = 0; i < *count; ++i)
      nodes[i] = i < all ? reinterpret_cast<cudaGraphNode_t>(i + 1) : nullptr;
    *count = std::min(*count, all);
    return cudaSuccess;
  });
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  return call_when_lost("cudaGraphDestroy", [&](Runtime& runtime) {
    check_graph(runtime, graph, "cudaGraphDestroy");
    runtime.graphs.remove(graph);
    return cudaSuccess;
  });
}

// Launches that are still to come keep the nodes.
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  return call_when_lost("cudaGraphExecDestroy", [&](Runtime& runtime) {
    check_executable(runtime, executable, "cudaGraphExecDestroy");
    runtime.executables.remove(executable);
    return cudaSuccess;
  });
}

cudaError_t cudaGraphUpload(cudaGraphExec_t executable, cudaStream_t handle) {
  return call("cudaGraphUpload", [&](Runtime& runtime) {
    check_executable(runtime, executable, "cudaGraphUpload");
    CUstream_st& stream = runtime.stream(handle, "cudaGraphUpload");
    if (stream.capture != nullptr) {
      stream.capture->invalid = true;
      return cudaErrorStreamCaptureUnsupported;
    }
    return stream.device == executable->device ? cudaSuccess : cudaErrorInvalidResourceHandle;
  });
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t handle) {
  return call("cudaGraphLaunch", Call::graph_launch, [&](Runtime& runtime) {
    check_executable(runtime, executable, "cudaGraphLaunch");
    CUstream_st& stream = runtime.stream(handle, "cudaGraphLaunch");
    if (stream.device != executable->device) return cudaErrorInvalidResourceHandle;
    if (stream.capture != nullptr) {  // a graph in a graph: nothing of Mayfly's does that
      stream.capture->invalid = true;
      return cudaErrorStreamCaptureUnsupported;
    }
    ++runtime.counts.graph_launches;
    return runtime.add(stream, {.kind = Operation::Kind::graph, .name = "graph", .nodes = executable->nodes});
  });
}

}  // extern "C"
