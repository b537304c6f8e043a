// Events.
#include <cuda_runtime_api.h>

#include "fail.h"
#include "runtime.h"

using namespace mayfly::softgpu;

namespace {

CUevent_st& event_of(const Runtime& runtime, cudaEvent_t handle, const char* what) {
  if (!runtime.events.has(handle)) fail("{}: this event was destroyed or never made", what);
  return *handle;
}

cudaError_t refuse_waiting(Runtime& runtime, const CUevent_st& event) {
  for (const auto& stream : runtime.streams.all())
    if (event.capture != nullptr && stream->capture.get() == event.capture) {
      stream->capture->invalid = true;
      return cudaErrorCapturedEvent;
    }
  return runtime.refuse_in_capture();
}

}  // namespace

extern "C" {

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  return call("cudaEventCreateWithFlags", Call::create_event, [&](Runtime& runtime) {
    *event = runtime.events.add(std::make_unique<CUevent_st>());
    (*event)->device = current_device();
    (*event)->flags = flags;
    return cudaSuccess;
  });
}

cudaError_t cudaEventDestroy(cudaEvent_t handle) {
  return call_when_lost("cudaEventDestroy", [&](Runtime& runtime) {
    const int device = event_of(runtime, handle, "cudaEventDestroy").device;
    runtime.events.remove(handle);
    return runtime.lost(device);
  });
}

cudaError_t cudaEventRecord(cudaEvent_t handle, cudaStream_t stream_handle) {
  return call("cudaEventRecord", Call::record_event, [&](Runtime& runtime) {
    CUevent_st& event = event_of(runtime, handle, "cudaEventRecord");
    CUstream_st& stream = runtime.stream(stream_handle, "cudaEventRecord");
    if (event.device != stream.device) return cudaErrorInvalidResourceHandle;
    event.capture = stream.capture.get();
    if (stream.capture != nullptr)
      return stream.capture->invalid ? cudaErrorStreamCaptureInvalidated : cudaSuccess;
    event.last = std::make_shared<Record>();
    return runtime.add(stream, {.kind = Operation::Kind::record, .name = "record", .record = event.last});
  });
}

cudaError_t cudaEventQuery(cudaEvent_t handle) {
  return call("cudaEventQuery", [&](Runtime& runtime) {
    const CUevent_st& event = event_of(runtime, handle, "cudaEventQuery");
    if (const cudaError_t refused = refuse_waiting(runtime, event); refused != cudaSuccess) return refused;
    runtime.run_some();
    if (const cudaError_t lost = runtime.lost(event.device); lost != cudaSuccess) return lost;
    return event.last == nullptr || event.last->done ? cudaSuccess : cudaErrorNotReady;
  });
}

cudaError_t cudaEventSynchronize(cudaEvent_t handle) {
  return call("cudaEventSynchronize", Call::synchronise, [&](Runtime& runtime) {
    const CUevent_st& event = event_of(runtime, handle, "cudaEventSynchronize");
    if (const cudaError_t refused = refuse_waiting(runtime, event); refused != cudaSuccess) return refused;
    ++runtime.counts.synchronisations;
    if (event.last != nullptr) runtime.run_record(*event.last, event.device);
    return runtime.lost(event.device);
  });
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t from, cudaEvent_t to) {
  return call("cudaEventElapsedTime", Call::ask, [&](Runtime& runtime) {
    const CUevent_st& first = event_of(runtime, from, "cudaEventElapsedTime");
    const CUevent_st& second = event_of(runtime, to, "cudaEventElapsedTime");
    if (((first.flags | second.flags) & cudaEventDisableTiming) != 0 || first.last == nullptr ||
        second.last == nullptr || first.device != second.device)
      return cudaErrorInvalidResourceHandle;
    if (!first.last->done || !second.last->done) return cudaErrorNotReady;
    *milliseconds = std::chrono::duration<float, std::milli>(second.last->when - first.last->when).count();
    return cudaSuccess;
  });
}

}  // extern "C"
