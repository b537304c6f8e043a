// The software cuDNN: the C functions, what finalizing checks, and the running of plans.
#include <cudnn.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "cudnn_convolution.h"
#include "cudnn_descriptor.h"
#include "cudnn_engines.h"
#include "fail.h"
#include "softgpu.h"
#include "vendor_soft.h"
#include "vendor_state.h"

struct cudnnContext {
  cudaStream_t stream = nullptr;
};

namespace mayfly::softgpu {
namespace {

constexpr std::size_t kVersion = 90001;

thread_local std::string last_words;

/// Runs `work` with the library locked; what it throws becomes the status and the last words.
template <class Work>
cudnnStatus_t call(const Work& work) {
  const std::lock_guard lock(vendor_lock());
  try {
    last_words.clear();
    work();
    return CUDNN_STATUS_SUCCESS;
  } catch (const CudnnFailure& failure) {
    last_words = failure.words;
    return failure.status;
  }
}

[[noreturn]] void refuse(cudnnStatus_t status, const char* words) {
  throw CudnnFailure{status, words};
}

std::set<cudnnHandle_t>& handles() {
  static std::set<cudnnHandle_t> living_handles;
  return living_handles;
}

cudnnHandle_t known(cudnnHandle_t handle) {
  if (!handles().contains(handle)) fail("cuDNN: {} is no living handle", fmt::ptr(handle));
  return handle;
}

void check_variant_pack(const Descriptor& pack) {
  const auto ids = pack.values<std::int64_t>(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
  const auto addresses = pack.values<void*>(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS);
  if (ids.size() != addresses.size()) refuse(CUDNN_STATUS_BAD_PARAM, "not as many addresses as tensors");
  if (std::set(ids.begin(), ids.end()).size() != ids.size())
    refuse(CUDNN_STATUS_BAD_PARAM_DUPLICATED_ENTRIES, "a tensor twice");
  if (std::find(addresses.begin(), addresses.end(), nullptr) != addresses.end())
    refuse(CUDNN_STATUS_BAD_PARAM_NULL_POINTER, "a tensor without an address");
}

void check_graph(const Descriptor& graph) {
  known(graph.value<cudnnHandle_t>(CUDNN_ATTR_OPERATIONGRAPH_HANDLE));
  convolution_of_graph(graph);
}

void check_plan(const Descriptor& plan) {
  const Descriptor& configuration = configuration_of(plan);
  const auto handle = known(plan.value<cudnnHandle_t>(CUDNN_ATTR_EXECUTION_PLAN_HANDLE));
  if (handle != configuration.graph->value<cudnnHandle_t>(CUDNN_ATTR_OPERATIONGRAPH_HANDLE))
    refuse(CUDNN_STATUS_BAD_PARAM, "a plan with another handle than its graph");
  if (configuration.engine == kUnsupportedEngine) refuse(CUDNN_STATUS_NOT_SUPPORTED, "this engine cannot");
}

void finalize(Descriptor& descriptor) {
  if (descriptor.finalized) refuse(CUDNN_STATUS_BAD_PARAM, "finalized twice");
  require_complete(descriptor);
  switch (descriptor.type) {
    case CUDNN_BACKEND_TENSOR_DESCRIPTOR:
      tensor_of(descriptor);
      break;
    case CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR:
      check_convolution(descriptor);
      break;
    case CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR:
      check_graph(descriptor);
      break;
    case CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR:
      engines(descriptor);
      break;
    case CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR:
      check_plan(descriptor);
      break;
    case CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR:
      check_variant_pack(descriptor);
      break;
    case CUDNN_BACKEND_ENGINE_DESCRIPTOR:
    case CUDNN_BACKEND_ENGINECFG_DESCRIPTOR:
      refuse(CUDNN_STATUS_NOT_SUPPORTED, "engines and configurations come from the heuristics alone");
    default:
      convolution_of_operation(descriptor);
  }
  descriptor.finalized = true;
}

float* address_of(const Descriptor& pack, const SoftTensor& tensor) {
  const auto ids = pack.values<std::int64_t>(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
  const auto found = std::find(ids.begin(), ids.end(), tensor.id);
  if (found == ids.end()) refuse(CUDNN_STATUS_BAD_PARAM, "a tensor of the graph has no address");
  void* const address = pack.values<void*>(
      CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS)[static_cast<std::size_t>(found - ids.begin())];
  if (reinterpret_cast<std::uintptr_t>(address) % static_cast<std::uintptr_t>(tensor.alignment) != 0)
    refuse(CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER, "an address is not aligned as the tensor says");
  return static_cast<float*>(address);
}

/// What runs when the stream comes to it. The workspace is spoilt first, as a kernel may.
void run(const SoftConvolution& c, std::byte* workspace, std::size_t bytes, float* x, float* w, float* y) {
  check_device_range(x, c.x.count() * sizeof(float));
  check_device_range(w, c.w.count() * sizeof(float));
  check_device_range(y, c.y.count() * sizeof(float));
  if (bytes > 0) check_device_range(workspace, bytes);
  std::fill_n(workspace, bytes, std::byte{0xFF});
  convolve(c, x, w, y);
}

void execute(cudnnHandle_t handle, const Descriptor& plan, const Descriptor& pack) {
  if (handle != plan.value<cudnnHandle_t>(CUDNN_ATTR_EXECUTION_PLAN_HANDLE))
    refuse(CUDNN_STATUS_BAD_PARAM, "a plan of another handle");
  if (handle->stream == nullptr) refuse(CUDNN_STATUS_BAD_PARAM_STREAM_MISMATCH, "the handle has no stream");
  const std::int64_t engine = configuration_of(plan).engine;
  if (engine != kGoodEngine && engine != kLastEngine) fail("cuDNN: engine {} must not run", engine);
  const SoftConvolution c = convolution_of_plan(plan);
  auto* const workspace = static_cast<std::byte*>(pack.value<void*>(CUDNN_ATTR_VARIANT_PACK_WORKSPACE));
  const auto bytes = static_cast<std::size_t>(workspace_of(engine, c));
  if (bytes > 0 && workspace == nullptr) refuse(CUDNN_STATUS_BAD_PARAM_NULL_POINTER, "no workspace");
  float* const x = address_of(pack, c.x);
  float* const w = address_of(pack, c.w);
  float* const y = address_of(pack, c.y);
  if (enqueue(handle->stream, "cuDNN convolution", [=] { run(c, workspace, bytes, x, w, y); }) != cudaSuccess)
    refuse(CUDNN_STATUS_EXECUTION_FAILED, "the stream takes nothing");
  ++vendor_state().convolutions;
}

}  // namespace
}  // namespace mayfly::softgpu

using namespace mayfly::softgpu;

std::size_t cudnnGetVersion() {
  return kVersion;
}

const char* cudnnGetErrorString(cudnnStatus_t status) {
  thread_local std::string text;
  text = fmt::format("CUDNN_STATUS {}", static_cast<int>(status));
  return text.c_str();
}

void cudnnGetLastErrorString(char* message, std::size_t max_size) {
  fmt::format_to_n(message, max_size - 1, "{}", last_words).out[0] = '\0';
}

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  return call([&] {
    *handle = new cudnnContext;
    handles().insert(*handle);
    ++vendor_state().handles;
  });
}

cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  cudaDeviceSynchronize();  // as cuDNN does
  return call([&] {
    handles().erase(known(handle));
    delete handle;
    --vendor_state().handles;
  });
}

cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  return call([&] { known(handle)->stream = stream; });
}

cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type,
                                           cudnnBackendDescriptor_t* descriptor) {
  return call([&] { *descriptor = add_descriptor(type); });
}

cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t descriptor) {
  return call([&] { remove_descriptor(descriptor); });
}

cudnnStatus_t cudnnBackendFinalize(cudnnBackendDescriptor_t descriptor) {
  return call([&] { finalize(living(descriptor)); });
}

cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, std::int64_t count,
                                       const void* values) {
  return call([&] { set_attribute(living(descriptor), name, type, count, values); });
}

cudnnStatus_t cudnnBackendGetAttribute(cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, std::int64_t capacity,
                                       std::int64_t* count, void* values) {
  return call([&] { get_attribute(descriptor, name, {type, capacity, count, values}); });
}

cudnnStatus_t cudnnBackendExecute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan,
                                  cudnnBackendDescriptor_t variant_pack) {
  return call([&] {
    execute(known(handle), finalized(plan, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR),
            finalized(variant_pack, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR));
  });
}
