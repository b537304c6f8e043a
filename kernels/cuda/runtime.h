// Owners of what the CUDA runtime gives: memory, streams, events, recorded graphs. All calls throw what
// check() throws.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <span>
#include <type_traits>

#include "kernels/backend.h"
#include "kernels/cuda/error.h"

namespace mayfly::cuda {

/// A stream that does not wait for the default one.
class Stream {
 public:
  Stream();
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  operator cudaStream_t() const { return stream_; }
  void synchronise() const;

 private:
  cudaStream_t stream_ = nullptr;
};

/// A moment in the work of a stream.
class Event {
 public:
  Event();
  ~Event();
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  /// When all is done that `stream` was asked for so far.
  void record(cudaStream_t stream) const;
  /// Both moments must be over.
  double seconds_since(const Event& earlier) const;

 private:
  cudaEvent_t event_ = nullptr;
};

/// Device memory, zeroed on `stream`; 256-byte aligned. 0 bytes give an empty buffer.
Buffer allocate(std::size_t bytes, cudaStream_t stream);

/// Host to device and back; return when it is done.
void upload(const void* host, void* device, std::size_t bytes, cudaStream_t stream);
void download(const void* device, void* host, std::size_t bytes, cudaStream_t stream);

/// A copy of `values` on the device.
template <class T>
Buffer upload_copy(std::span<const T> values, cudaStream_t stream) {
  static_assert(std::is_trivially_copyable_v<T>);
  Buffer buffer = allocate(values.size_bytes(), stream);
  upload(values.data(), buffer.data(), values.size_bytes(), stream);
  return buffer;
}

/// One value in host memory that the device can write to at full speed.
template <class T>
class PinnedValue {
 public:
  PinnedValue();
  ~PinnedValue() { cudaFreeHost(value_); }
  PinnedValue(const PinnedValue&) = delete;
  PinnedValue& operator=(const PinnedValue&) = delete;
  T* get() const { return value_; }

 private:
  T* value_ = nullptr;
};

/// Held by one thread alone for calls that wait for the whole device, which would spoil a recording of
/// another thread; shared by recordings.
std::shared_mutex& device_wide_calls();

/// A sequence of operations that the device replays as one.
class Graph {
 public:
  /// Records what `body` starts on `stream`; nothing of it runs.
  Graph(cudaStream_t stream, const std::function<void()>& body);
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  void launch(cudaStream_t stream) const;

 private:
  cudaGraphExec_t graph_ = nullptr;
};

template <class T>
PinnedValue<T>::PinnedValue() {
  void* memory = nullptr;
  check(cudaMallocHost(&memory, sizeof(T)), "get pinned host memory");
  value_ = static_cast<T*>(memory);
}

}  // namespace mayfly::cuda
