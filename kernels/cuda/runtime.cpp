#include "kernels/cuda/runtime.h"

#include <mutex>

namespace mayfly::cuda {
namespace {

// Where freeing fails the device is lost, and whoever uses it next is told.
void free_memory(void* memory, std::size_t /*bytes*/) {
  cudaFree(memory);
}

}  // namespace

Stream::Stream() {
  check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "make a stream");
}

Stream::~Stream() {
  cudaStreamDestroy(stream_);
}

void Stream::synchronise() const {
  check(cudaStreamSynchronize(stream_), "wait for the device");
}

Event::Event() {
  check(cudaEventCreateWithFlags(&event_, cudaEventDefault), "make an event");
}

Event::~Event() {
  cudaEventDestroy(event_);
}

void Event::record(cudaStream_t stream) const {
  check(cudaEventRecord(event_, stream), "record an event");
}

double Event::seconds_since(const Event& earlier) const {
  float milliseconds = 0;
  check(cudaEventElapsedTime(&milliseconds, earlier.event_, event_), "measure time");
  return 1e-3 * static_cast<double>(milliseconds);
}

Buffer allocate(std::size_t bytes, cudaStream_t stream) {
  if (bytes == 0) return {};
  void* memory = nullptr;
  check(cudaMalloc(&memory, bytes), "get device memory");
  Buffer buffer(memory, bytes, free_memory);
  check(cudaMemsetAsync(memory, 0, bytes, stream), "clear device memory");
  return buffer;
}

void upload(const void* host, void* device, std::size_t bytes, cudaStream_t stream) {
  if (bytes == 0) return;
  check(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, stream), "copy to the device");
  check(cudaStreamSynchronize(stream), "copy to the device");
}

void download(const void* device, void* host, std::size_t bytes, cudaStream_t stream) {
  if (bytes == 0) return;
  check(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, stream), "copy from the device");
  check(cudaStreamSynchronize(stream), "copy from the device");
}

std::shared_mutex& device_wide_calls() {
  static std::shared_mutex mutex;
  return mutex;
}

Graph::Graph(cudaStream_t stream, const std::function<void()>& body) {
  const std::shared_lock recording(device_wide_calls());
  check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "record a step");
  cudaGraph_t recorded = nullptr;
  try {
    body();
  } catch (...) {
    cudaStreamEndCapture(stream, &recorded);
    if (recorded != nullptr) cudaGraphDestroy(recorded);
    cudaGetLastError();  // the capture was spoilt, which is known
    throw;
  }
  check(cudaStreamEndCapture(stream, &recorded), "record a step");
  const cudaError_t made = cudaGraphInstantiate(&graph_, recorded, 0);
  cudaGraphDestroy(recorded);
  check(made, "prepare a recorded step");
}

Graph::~Graph() {
  cudaGraphExecDestroy(graph_);
}

void Graph::launch(cudaStream_t stream) const {
  check(cudaGraphLaunch(graph_, stream), "start a recorded step");
}

}  // namespace mayfly::cuda
