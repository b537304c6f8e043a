// Devices and errors.
#include <cuda_runtime_api.h>

#include <cstdio>
#include <cstring>
#include <map>

#include "memory.h"
#include "runtime.h"

using namespace mayfly::softgpu;

namespace {

bool exists(const Runtime& runtime, int device) {
  return device >= 0 && device < runtime.settings.devices;
}

/// One place for what attributes and properties both tell.
cudaDeviceProp properties_of(const Settings& settings, int device) {
  cudaDeviceProp p{};
  std::snprintf(p.name, sizeof(p.name), "software GPU");
  std::memset(p.uuid.bytes, 0x50, sizeof(p.uuid.bytes));
  p.uuid.bytes[15] = static_cast<char>(device);
  p.totalGlobalMem = settings.memory;
  p.sharedMemPerBlock = 48 * 1024;
  p.regsPerBlock = 65536;
  p.warpSize = 32;
  p.maxThreadsPerBlock = 1024;
  p.maxThreadsDim[0] = p.maxThreadsDim[1] = 1024;
  p.maxThreadsDim[2] = 64;
  p.maxGridSize[0] = 2147483647;
  p.maxGridSize[1] = p.maxGridSize[2] = 65535;
  p.major = settings.major;
  p.minor = settings.minor;
  p.multiProcessorCount = settings.multiprocessors;
  p.pciBusID = device + 1;
  p.memoryBusWidth = 4096;
  p.l2CacheSize = 6 << 20;
  p.maxThreadsPerMultiProcessor = 2048;
  p.sharedMemPerMultiprocessor = 96 * 1024;
  p.regsPerMultiprocessor = 65536;
  p.sharedMemPerBlockOptin = 96 * 1024;
  return p;
}

/// The attributes that the engine, or a test, asks for; clock rates in kHz.
std::map<cudaDeviceAttr, int> attributes_of(const cudaDeviceProp& p) {
  return {{cudaDevAttrMaxThreadsPerBlock, p.maxThreadsPerBlock},
          {cudaDevAttrMaxSharedMemoryPerBlock, static_cast<int>(p.sharedMemPerBlock)},
          {cudaDevAttrMaxRegistersPerBlock, p.regsPerBlock},
          {cudaDevAttrMaxThreadsPerMultiProcessor, p.maxThreadsPerMultiProcessor},
          {cudaDevAttrWarpSize, p.warpSize},
          {cudaDevAttrMultiProcessorCount, p.multiProcessorCount},
          {cudaDevAttrComputeCapabilityMajor, p.major},
          {cudaDevAttrComputeCapabilityMinor, p.minor},
          {cudaDevAttrClockRate, 1380000},
          {cudaDevAttrMemoryClockRate, 877000},
          {cudaDevAttrGlobalMemoryBusWidth, p.memoryBusWidth},
          {cudaDevAttrL2CacheSize, p.l2CacheSize}};
}

}  // namespace

extern "C" {

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 0;
  return call("cudaGetDeviceCount", [&](Runtime& runtime) {
    *count = runtime.settings.devices;
    return cudaSuccess;
  });
}

cudaError_t cudaSetDevice(int device) {
  return call_when_lost("cudaSetDevice", [&](Runtime& runtime) {
    if (!exists(runtime, device)) return cudaErrorInvalidDevice;
    if (const auto planned = runtime.planned_failure(Call::set_device, device); planned != cudaSuccess)
      return planned;
    current_device() = device;
    return runtime.lost(device);
  });
}

cudaError_t cudaGetDevice(int* device) {
  return call_when_lost("cudaGetDevice", [&](Runtime&) {
    *device = current_device();
    return cudaSuccess;
  });
}

cudaError_t cudaSetDeviceFlags(unsigned) {
  return call("cudaSetDeviceFlags", Call::ask, [](Runtime&) { return cudaSuccess; });
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  return call("cudaDeviceGetAttribute", Call::ask, [&](Runtime& runtime) {
    if (!exists(runtime, device)) return cudaErrorInvalidDevice;
    const cudaDeviceProp p = properties_of(runtime.settings, device);
    const auto attributes = attributes_of(p);
    const auto found = attributes.find(attribute);
    if (found == attributes.end()) return cudaErrorInvalidValue;
    *value = found->second;
    return cudaSuccess;
  });
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  return call("cudaGetDeviceProperties", Call::ask, [&](Runtime& runtime) {
    if (!exists(runtime, device)) return cudaErrorInvalidDevice;
    *properties = properties_of(runtime.settings, device);
    return cudaSuccess;
  });
}

cudaError_t cudaDeviceSynchronize() {
  return call("cudaDeviceSynchronize", Call::synchronise, [](Runtime& runtime) {
    if (const cudaError_t refused = runtime.refuse_in_capture(); refused != cudaSuccess) return refused;
    if (const cudaError_t refused = runtime.refuse_while_capturing(current_device()); refused != cudaSuccess)
      return refused;
    ++runtime.counts.synchronisations;
    runtime.run_device(current_device());
    return runtime.lost(current_device());
  });
}

cudaError_t cudaDeviceReset() {
  return call_when_lost("cudaDeviceReset", [](Runtime& runtime) {
    if (const cudaError_t refused = runtime.refuse_in_capture(); refused != cudaSuccess) return refused;
    if (runtime.lost(current_device()) == cudaSuccess)
      for (const std::string& leak : runtime.leaks(current_device()))
        std::fprintf(stderr, "softgpu: lost by cudaDeviceReset: %s\n", leak.c_str());
    runtime.reset(current_device());
    last_error() = cudaSuccess;
    return cudaSuccess;
  });
}

cudaError_t cudaDriverGetVersion(int* version) {
  const std::lock_guard lock(Runtime::instance().lock);
  *version = Runtime::instance().settings.driver_version;
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void*) {
  return call("cudaFuncGetAttributes", Call::find_kernel, [&](Runtime&) {
    *attributes = {};
    attributes->maxThreadsPerBlock = 1024;
    attributes->binaryVersion = 70;
    return cudaSuccess;
  });
}

cudaError_t cudaPeekAtLastError() {
  const std::lock_guard lock(Runtime::instance().lock);
  const cudaError_t lost = Runtime::instance().lost(current_device());
  return lost != cudaSuccess ? lost : last_error();
}

cudaError_t cudaGetLastError() {
  const cudaError_t error = cudaPeekAtLastError();
  last_error() = cudaSuccess;
  return error;
}

}  // extern "C"
