// Devices and errors.
#include <cuda_runtime_api.h>

#include <cstdio>
#include <cstring>

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

bool limit_of(const cudaDeviceProp& p, cudaDeviceAttr attribute, int* value) {
  switch (attribute) {
    case cudaDevAttrMaxThreadsPerBlock:
      *value = p.maxThreadsPerBlock;
      return true;
    case cudaDevAttrMaxBlockDimX:
      *value = p.maxThreadsDim[0];
      return true;
    case cudaDevAttrMaxBlockDimY:
      *value = p.maxThreadsDim[1];
      return true;
    case cudaDevAttrMaxBlockDimZ:
      *value = p.maxThreadsDim[2];
      return true;
    case cudaDevAttrMaxGridDimX:
      *value = p.maxGridSize[0];
      return true;
    case cudaDevAttrMaxGridDimY:
      *value = p.maxGridSize[1];
      return true;
    case cudaDevAttrMaxGridDimZ:
      *value = p.maxGridSize[2];
      return true;
    case cudaDevAttrMaxSharedMemoryPerBlock:
      *value = static_cast<int>(p.sharedMemPerBlock);
      return true;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      *value = static_cast<int>(p.sharedMemPerBlockOptin);
      return true;
    case cudaDevAttrMaxSharedMemoryPerMultiprocessor:
      *value = static_cast<int>(p.sharedMemPerMultiprocessor);
      return true;
    case cudaDevAttrMaxRegistersPerBlock:
      *value = p.regsPerBlock;
      return true;
    case cudaDevAttrMaxRegistersPerMultiprocessor:
      *value = p.regsPerMultiprocessor;
      return true;
    case cudaDevAttrMaxThreadsPerMultiProcessor:
      *value = p.maxThreadsPerMultiProcessor;
      return true;
    case cudaDevAttrWarpSize:
      *value = p.warpSize;
      return true;
    default:
      return false;
  }
}

bool property_of(const cudaDeviceProp& p, cudaDeviceAttr attribute, int* value) {
  switch (attribute) {
    case cudaDevAttrMultiProcessorCount:
      *value = p.multiProcessorCount;
      return true;
    case cudaDevAttrComputeCapabilityMajor:
      *value = p.major;
      return true;
    case cudaDevAttrComputeCapabilityMinor:
      *value = p.minor;
      return true;
    case cudaDevAttrClockRate:
      *value = 1380000;
      return true;  // kHz
    case cudaDevAttrMemoryClockRate:
      *value = 877000;
      return true;  // kHz
    case cudaDevAttrGlobalMemoryBusWidth:
      *value = p.memoryBusWidth;
      return true;
    case cudaDevAttrL2CacheSize:
      *value = p.l2CacheSize;
      return true;
    case cudaDevAttrPciBusId:
      *value = p.pciBusID;
      return true;
    case cudaDevAttrPciDeviceId:
    case cudaDevAttrPciDomainId:
    case cudaDevAttrIntegrated:
    case cudaDevAttrComputeMode:
    case cudaDevAttrEccEnabled:
      *value = 0;
      return true;
    default:
      return false;
  }
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
  return call("cudaSetDeviceFlags", [](Runtime&) { return cudaSuccess; });
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  return call("cudaDeviceGetAttribute", [&](Runtime& runtime) {
    if (!exists(runtime, device)) return cudaErrorInvalidDevice;
    const cudaDeviceProp p = properties_of(runtime.settings, device);
    return limit_of(p, attribute, value) || property_of(p, attribute, value) ? cudaSuccess
                                                                             : cudaErrorInvalidValue;
  });
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  return call("cudaGetDeviceProperties", [&](Runtime& runtime) {
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
  *version = Runtime::instance().settings.driver ? 12040 : 0;
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void*) {
  *attributes = {};
  attributes->maxThreadsPerBlock = 1024;
  attributes->binaryVersion = 70;
  return cudaSuccess;
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
