// Streams and their capture.
#include <cuda_runtime_api.h>

#include "fail.h"
#include "runtime.h"

using namespace mayfly::softgpu;

namespace {

/// Neither this thread nor this stream may be in a capture.
cudaError_t refuse_waiting(Runtime& runtime, CUstream_st& stream) {
  if (stream.capture != nullptr) {
    stream.capture->invalid = true;
    return cudaErrorStreamCaptureUnsupported;
  }
  return runtime.refuse_in_capture();
}

}  // namespace

extern "C" {

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  return call("cudaStreamCreateWithFlags", Call::create_stream, [&](Runtime& runtime) {
    if (flags > cudaStreamNonBlocking) return cudaErrorInvalidValue;
    *stream = runtime.streams.add(std::make_unique<CUstream_st>());
    (*stream)->device = current_device();
    return cudaSuccess;
  });
}

cudaError_t cudaStreamDestroy(cudaStream_t handle) {
  return call_when_lost("cudaStreamDestroy", [&](Runtime& runtime) {
    CUstream_st& stream = runtime.stream(handle, "cudaStreamDestroy");
    const int device = stream.device;
    if (stream.capture == nullptr) runtime.run_stream(stream);  // its work is done all the same
    runtime.streams.remove(handle);
    return runtime.lost(device);
  });
}

cudaError_t cudaStreamSynchronize(cudaStream_t handle) {
  return call("cudaStreamSynchronize", Call::synchronise, [&](Runtime& runtime) {
    CUstream_st& stream = runtime.stream(handle, "cudaStreamSynchronize");
    if (const cudaError_t refused = refuse_waiting(runtime, stream); refused != cudaSuccess) return refused;
    ++runtime.counts.synchronisations;
    runtime.run_stream(stream);
    return runtime.lost(stream.device);
  });
}

cudaError_t cudaStreamQuery(cudaStream_t handle) {
  return call("cudaStreamQuery", [&](Runtime& runtime) {
    CUstream_st& stream = runtime.stream(handle, "cudaStreamQuery");
    if (const cudaError_t refused = refuse_waiting(runtime, stream); refused != cudaSuccess) return refused;
    runtime.run_some();
    if (const cudaError_t lost = runtime.lost(stream.device); lost != cudaSuccess) return lost;
    return stream.pending.empty() ? cudaSuccess : cudaErrorNotReady;
  });
}

cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event, unsigned) {
  return call("cudaStreamWaitEvent", [&](Runtime& runtime) {
    CUstream_st& stream = runtime.stream(handle, "cudaStreamWaitEvent");
    if (!runtime.events.has(event)) fail("cudaStreamWaitEvent: this event was destroyed or never made");
    if (event->capture != stream.capture.get()) {  // work outside a capture, or of another
      if (stream.capture != nullptr) stream.capture->invalid = true;
      return cudaErrorStreamCaptureIsolation;
    }
    if (event->last == nullptr || stream.capture != nullptr) return cudaSuccess;
    return runtime.add(stream, {.kind = Operation::Kind::wait, .name = "wait", .record = event->last});
  });
}

cudaError_t cudaStreamBeginCapture(cudaStream_t handle, cudaStreamCaptureMode mode) {
  return call("cudaStreamBeginCapture", Call::begin_capture, [&](Runtime& runtime) {
    CUstream_st& stream = runtime.stream(handle, "cudaStreamBeginCapture");
    if (stream.capture != nullptr) return cudaErrorIllegalState;
    stream.capture = std::make_unique<Capture>();
    stream.capture->mode = mode;
    stream.capture->thread = std::this_thread::get_id();
    return cudaSuccess;
  });
}

cudaError_t cudaStreamEndCapture(cudaStream_t handle, cudaGraph_t* graph) {
  *graph = nullptr;
  return call("cudaStreamEndCapture", [&](Runtime& runtime) {
    CUstream_st& stream = runtime.stream(handle, "cudaStreamEndCapture");
    if (stream.capture == nullptr) return cudaErrorIllegalState;
    if (stream.capture->mode != cudaStreamCaptureModeRelaxed &&
        stream.capture->thread != std::this_thread::get_id())
      return cudaErrorStreamCaptureWrongThread;
    const std::unique_ptr<Capture> capture = std::move(stream.capture);  // it ends, whatever comes
    const cudaError_t planned = runtime.planned_failure(Call::end_capture, stream.device);
    if (planned != cudaSuccess) return planned;
    if (capture->invalid) return cudaErrorStreamCaptureInvalidated;
    *graph = runtime.graphs.add(std::make_unique<CUgraph_st>());
    (*graph)->device = stream.device;
    std::vector<std::string>& names = runtime.captured.emplace_back();
    for (const Operation& node : capture->nodes) names.push_back(name_of(node));
    (*graph)->nodes = std::make_shared<const Operations>(std::move(capture->nodes));
    return cudaSuccess;
  });
}

cudaError_t cudaStreamIsCapturing(cudaStream_t handle, cudaStreamCaptureStatus* status) {
  return call("cudaStreamIsCapturing", [&](Runtime& runtime) {
    const CUstream_st& stream = runtime.stream(handle, "cudaStreamIsCapturing");
    *status = stream.capture == nullptr ? cudaStreamCaptureStatusNone
              : stream.capture->invalid ? cudaStreamCaptureStatusInvalidated
                                        : cudaStreamCaptureStatusActive;
    return cudaSuccess;
  });
}

}  // extern "C"
