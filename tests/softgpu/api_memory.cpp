// Memory, copies and memsets.
#include <cuda_runtime_api.h>

#include <cstring>

#include "fail.h"
#include "memory.h"
#include "runtime.h"

using namespace mayfly::softgpu;

namespace {

struct Copy {
  void* to;
  const void* from;
  std::size_t bytes;
  bool to_device, from_device;
  int device;
};

void check_host_side(const char* what, const void* host, std::size_t bytes) {
  if (DeviceMemory::instance().contains(host))
    fail("{}: {} should be the host's, but is {}", what, host, DeviceMemory::instance().place_of(host));
  const PinnedMemory& pinned = PinnedMemory::instance();
  if (pinned.contains(host) && !pinned.covers(host, bytes))
    fail("{}: {} bytes reach beyond the end of pinned memory", what, bytes);
}

/// At the call and again when the copy runs: memory may have gone in between.
void check_copy(const Copy& copy) {
  if (copy.to_device)
    check_range("cudaMemcpyAsync, destination", copy.to, copy.bytes, copy.device);
  else
    check_host_side("cudaMemcpyAsync, destination", copy.to, copy.bytes);
  if (copy.from_device)
    check_range("cudaMemcpyAsync, source", copy.from, copy.bytes, copy.device);
  else
    check_host_side("cudaMemcpyAsync, source", copy.from, copy.bytes);
}

Copy make_copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, int device) {
  const bool infer = kind == cudaMemcpyDefault;
  return {.to = to,
          .from = from,
          .bytes = bytes,
          .to_device = infer ? DeviceMemory::instance().contains(to)
                             : kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice,
          .from_device = infer ? DeviceMemory::instance().contains(from)
                               : kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice,
          .device = device};
}

bool pageable(const Copy& copy) {
  const PinnedMemory& pinned = PinnedMemory::instance();
  return (!copy.to_device && !pinned.contains(copy.to)) || (!copy.from_device && !pinned.contains(copy.from));
}

}  // namespace

extern "C" {

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  return call("cudaMalloc", Call::allocate, [&](Runtime& runtime) {
    if (const cudaError_t refused = runtime.refuse_in_capture(); refused != cudaSuccess) return refused;
    if (memory == nullptr) return cudaErrorInvalidValue;
    *memory = nullptr;
    const std::size_t used = DeviceMemory::instance().used(current_device());
    if (used > runtime.settings.memory || bytes > runtime.settings.memory - used)
      return cudaErrorMemoryAllocation;
    ++runtime.counts.allocations;
    if (bytes > 0) *memory = DeviceMemory::instance().allocate(current_device(), bytes);
    return cudaSuccess;
  });
}

// A lost device takes memory back all the same: whoever owns it must be able to let go.
cudaError_t cudaFree(void* memory) {
  return call_when_lost("cudaFree", [&](Runtime& runtime) {
    if (const cudaError_t refused = runtime.refuse_in_capture(); refused != cudaSuccess) return refused;
    if (memory == nullptr) return cudaSuccess;
    const Allocation* allocation = DeviceMemory::instance().find(memory);
    if (allocation == nullptr || allocation->begin != memory)
      fail("cudaFree: {} is not the beginning of an allocation but {}", memory,
           DeviceMemory::instance().place_of(memory));
    const int device = allocation->device;
    ++runtime.counts.frees;
    runtime.run_device(device);  // cudaFree waits for the device
    DeviceMemory::instance().release(*allocation);
    return runtime.lost(device);
  });
}

cudaError_t cudaHostAlloc(void** memory, std::size_t bytes, unsigned) {
  return call("cudaHostAlloc", Call::allocate_host, [&](Runtime& runtime) {
    if (const cudaError_t refused = runtime.refuse_in_capture(); refused != cudaSuccess) return refused;
    if (memory == nullptr) return cudaErrorInvalidValue;
    ++runtime.counts.allocations;
    *memory = bytes > 0 ? PinnedMemory::instance().allocate(bytes) : nullptr;
    return bytes > 0 && *memory == nullptr ? cudaErrorMemoryAllocation : cudaSuccess;
  });
}

cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
  return cudaHostAlloc(memory, bytes, cudaHostAllocDefault);
}

cudaError_t cudaFreeHost(void* memory) {
  return call_when_lost("cudaFreeHost", [&](Runtime& runtime) {
    if (const cudaError_t refused = runtime.refuse_in_capture(); refused != cudaSuccess) return refused;
    if (memory == nullptr) return cudaSuccess;
    ++runtime.counts.frees;
    for (int device = 0; device < runtime.settings.devices; ++device) runtime.run_device(device);
    if (!PinnedMemory::instance().release(memory))
      fail("cudaFreeHost: {} is not the beginning of pinned memory", memory);
    return runtime.lost(current_device());
  });
}

cudaError_t cudaMemGetInfo(std::size_t* free_bytes, std::size_t* total_bytes) {
  return call("cudaMemGetInfo", Call::ask, [&](Runtime& runtime) {
    const std::size_t used = DeviceMemory::instance().used(current_device());
    *total_bytes = runtime.settings.memory;
    *free_bytes = used < runtime.settings.memory ? runtime.settings.memory - used : 0;
    return cudaSuccess;
  });
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t handle) {
  return call("cudaMemcpyAsync", Call::copy, [&](Runtime& runtime) {
    CUstream_st& stream = runtime.stream(handle, "cudaMemcpyAsync");
    if (bytes == 0) return cudaSuccess;
    const Copy copy = make_copy(to, from, bytes, kind, stream.device);
    check_copy(copy);
    if (stream.capture != nullptr && pageable(copy)) {
      stream.capture->invalid = true;
      return cudaErrorStreamCaptureUnsupported;
    }
    return runtime.add(stream, {.kind = Operation::Kind::copy, .name = "copy", .run = [copy] {
                                  check_copy(copy);
                                  std::memmove(copy.to, copy.from, copy.bytes);
                                }});
  });
}

cudaError_t cudaMemsetAsync(void* memory, int value, std::size_t bytes, cudaStream_t handle) {
  return call("cudaMemsetAsync", Call::set, [&](Runtime& runtime) {
    CUstream_st& stream = runtime.stream(handle, "cudaMemsetAsync");
    if (bytes == 0) return cudaSuccess;
    const int device = stream.device;
    check_range("cudaMemsetAsync", memory, bytes, device);
    return runtime.add(stream, {.kind = Operation::Kind::set, .name = "memset", .run = [=] {
                                  check_range("cudaMemsetAsync", memory, bytes, device);
                                  std::memset(memory, value, bytes);
                                }});
  });
}

}  // extern "C"
