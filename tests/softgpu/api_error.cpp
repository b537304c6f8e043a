// Names of errors are CUDA's; their texts are ours.
#include <cuda_runtime_api.h>

namespace {

struct Text {
  cudaError_t error;
  const char* name;
  const char* meaning;
};

#define MAYFLY_TEXT(error, meaning) \
  { error, #error, meaning }
constexpr Text kTexts[] = {
    MAYFLY_TEXT(cudaSuccess, "no error"),
    MAYFLY_TEXT(cudaErrorInvalidValue, "an argument is out of range"),
    MAYFLY_TEXT(cudaErrorMemoryAllocation, "the device has no memory left"),
    MAYFLY_TEXT(cudaErrorInitializationError, "the driver could not begin"),
    MAYFLY_TEXT(cudaErrorCudartUnloading, "the runtime is going away"),
    MAYFLY_TEXT(cudaErrorInvalidConfiguration, "a grid or block of this size cannot run"),
    MAYFLY_TEXT(cudaErrorInvalidMemcpyDirection, "the direction of a copy is none"),
    MAYFLY_TEXT(cudaErrorInsufficientDriver, "the driver is older than the runtime, or absent"),
    MAYFLY_TEXT(cudaErrorDevicesUnavailable, "all devices are busy or closed"),
    MAYFLY_TEXT(cudaErrorInvalidDeviceFunction, "the kernel is not there"),
    MAYFLY_TEXT(cudaErrorNoDevice, "there is no device"),
    MAYFLY_TEXT(cudaErrorInvalidDevice, "the number of the device is out of range"),
    MAYFLY_TEXT(cudaErrorNoKernelImageForDevice, "the program was not built for this device"),
    MAYFLY_TEXT(cudaErrorECCUncorrectable, "memory of the device is damaged"),
    MAYFLY_TEXT(cudaErrorInvalidPtx, "the code cannot be compiled for this device"),
    MAYFLY_TEXT(cudaErrorNvlinkUncorrectable, "the link to another device failed"),
    MAYFLY_TEXT(cudaErrorUnsupportedPtxVersion, "the code is newer than the driver"),
    MAYFLY_TEXT(cudaErrorInvalidResourceHandle, "the handle is not of this device or of this kind"),
    MAYFLY_TEXT(cudaErrorIllegalState, "the object is not in the right state"),
    MAYFLY_TEXT(cudaErrorNotReady, "not done yet"),
    MAYFLY_TEXT(cudaErrorIllegalAddress, "a kernel touched memory that is not its"),
    MAYFLY_TEXT(cudaErrorLaunchOutOfResources, "a block needs more than the device has"),
    MAYFLY_TEXT(cudaErrorLaunchTimeout, "a kernel took too long"),
    MAYFLY_TEXT(cudaErrorContextIsDestroyed, "the device was reset"),
    MAYFLY_TEXT(cudaErrorAssert, "an assertion failed in a kernel"),
    MAYFLY_TEXT(cudaErrorHardwareStackError, "a stack of the device is damaged"),
    MAYFLY_TEXT(cudaErrorIllegalInstruction, "a kernel ran into an instruction that is none"),
    MAYFLY_TEXT(cudaErrorMisalignedAddress, "a kernel touched an address that is not aligned"),
    MAYFLY_TEXT(cudaErrorInvalidAddressSpace, "a kernel took one kind of memory for another"),
    MAYFLY_TEXT(cudaErrorInvalidPc, "a kernel jumped to nowhere"),
    MAYFLY_TEXT(cudaErrorLaunchFailure, "a kernel failed"),
    MAYFLY_TEXT(cudaErrorNotPermitted, "not permitted"),
    MAYFLY_TEXT(cudaErrorNotSupported, "not supported"),
    MAYFLY_TEXT(cudaErrorSystemNotReady, "the system is not ready for CUDA"),
    MAYFLY_TEXT(cudaErrorSystemDriverMismatch, "parts of the driver are of different versions"),
    MAYFLY_TEXT(cudaErrorStreamCaptureUnsupported, "not allowed while a stream is being captured"),
    MAYFLY_TEXT(cudaErrorStreamCaptureInvalidated, "the capture was spoilt by an earlier error"),
    MAYFLY_TEXT(cudaErrorStreamCaptureMerge, "two captures would become one"),
    MAYFLY_TEXT(cudaErrorStreamCaptureUnmatched, "the stream is not the one that began the capture"),
    MAYFLY_TEXT(cudaErrorStreamCaptureUnjoined, "a stream of the capture was not joined again"),
    MAYFLY_TEXT(cudaErrorStreamCaptureIsolation, "the capture would depend on work outside it"),
    MAYFLY_TEXT(cudaErrorStreamCaptureImplicit, "the capture would wait for the legacy default stream"),
    MAYFLY_TEXT(cudaErrorCapturedEvent, "the event belongs to a capture"),
    MAYFLY_TEXT(cudaErrorStreamCaptureWrongThread, "another thread began the capture"),
    MAYFLY_TEXT(cudaErrorTimeout, "took too long"),
    MAYFLY_TEXT(cudaErrorUnknown, "unknown"),
};
#undef MAYFLY_TEXT

}  // namespace

extern "C" {

const char* cudaGetErrorName(cudaError_t error) {
  for (const Text& text : kTexts)
    if (text.error == error) return text.name;
  return "unrecognized error code";
}

const char* cudaGetErrorString(cudaError_t error) {
  for (const Text& text : kTexts)
    if (text.error == error) return text.meaning;
  return "unrecognized error code";
}

}  // extern "C"
