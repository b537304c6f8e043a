// The state of the software CUDA, and the order in which work on streams is done.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "softgpu.h"
#include "stream.h"

namespace mayfly::softgpu {

/// Handles of one kind, in the order they were made.
template <class T>
class Handles {
 public:
  T* add(std::unique_ptr<T> object) { return objects_.emplace_back(std::move(object)).get(); }
  bool has(const T* handle) const { return index(handle) < objects_.size(); }
  void remove(const T* handle) {
    objects_.erase(objects_.begin() + static_cast<std::ptrdiff_t>(index(handle)));
  }
  void remove_of_device(int device) {
    std::erase_if(objects_, [&](const auto& object) { return object->device == device; });
  }
  const std::vector<std::unique_ptr<T>>& all() const { return objects_; }

 private:
  std::size_t index(const T* handle) const {
    std::size_t i = 0;
    while (i < objects_.size() && objects_[i].get() != handle) ++i;
    return i;
  }
  std::vector<std::unique_ptr<T>> objects_;
};

struct Failure {
  Call call;
  cudaError_t error;
  unsigned after;
};

class Runtime {
 public:
  static Runtime& instance();

  std::recursive_mutex lock;  ///< held by every call
  Settings settings;
  Counts counts;
  std::vector<Failure> failures;
  std::vector<std::vector<std::string>> captured;
  Handles<CUstream_st> streams;
  Handles<CUevent_st> events;
  Handles<CUgraph_st> graphs;
  Handles<CUgraphExec_st> executables;
  bool running = false;  ///< operations are being done right now

  /// cudaSuccess, or the error that sticks to the device.
  cudaError_t lost(int device) const;
  void lose(int device, cudaError_t error);
  /// Forgets all that lives on the device.
  void reset(int device);
  /// One line for everything on the device that still lives.
  std::vector<std::string> leaks(int device) const;
  /// The error that a test wants from this call, or cudaSuccess. One that sticks
  /// loses the device.
  cudaError_t planned_failure(Call call, int device);

  /// The stream behind the handle; aborts where it is the legacy default stream or none.
  CUstream_st& stream(cudaStream_t handle, const char* what) const;

  /// Appends to the stream, or to the graph it is capturing.
  cudaError_t add(CUstream_st& stream, Operation operation);

  /// Runs operations of any stream in random legal order until this stream has none, this record is done, or
  /// nothing is left on this device.
  void run_stream(const CUstream_st& stream);
  void run_record(const Record& record, int device);
  void run_device(int device);
  /// Some operations, perhaps none.
  void run_some();

  /// cudaErrorStreamCaptureUnsupported, and the captures are spoilt, where a capture forbids this thread what
  /// may synchronise; else cudaSuccess.
  cudaError_t refuse_in_capture();
  /// The same for all captures on the device.
  cudaError_t refuse_while_capturing(int device);

 private:
  Runtime();
  template <class Reached>
  void run_until(const Reached& reached);
  CUstream_st* choose(const std::vector<CUstream_st*>& preference) const;
  void run_next(CUstream_st& stream);
  void run(const Operation& operation, int device);

  std::array<cudaError_t, 64> lost_{};
};

/// The device and the last error of the calling thread.
int& current_device();
cudaError_t& last_error();

bool sticks(cudaError_t error);

/// What every call does around its own work: the lock, a missing driver or device, planned failures, a lost
/// device, the thread's last error.
template <class Work>
cudaError_t call(const char* name, const Work& work);
/// The same for calls that can be made to fail.
template <class Work>
cudaError_t call(const char* name, Call kind, const Work& work);

/// For calls that a lost device still answers: they return what `work` does.
template <class Work>
cudaError_t call_when_lost(const char* name, const Work& work);

/// cudaSuccess, or the error where there is nothing to work with.
cudaError_t cannot_begin(const char* name);
cudaError_t finish(cudaError_t error);

template <class Work>
cudaError_t call(const char* name, const Work& work) {
  const std::lock_guard lock(Runtime::instance().lock);
  cudaError_t error = cannot_begin(name);
  if (error == cudaSuccess) error = Runtime::instance().lost(current_device());
  return finish(error != cudaSuccess ? error : work(Runtime::instance()));
}

template <class Work>
cudaError_t call_when_lost(const char* name, const Work& work) {
  const std::lock_guard lock(Runtime::instance().lock);
  const cudaError_t error = cannot_begin(name);
  return finish(error != cudaSuccess ? error : work(Runtime::instance()));
}

template <class Work>
cudaError_t call(const char* name, Call kind, const Work& work) {
  return call(name, [&](Runtime& runtime) {
    const cudaError_t planned = runtime.planned_failure(kind, current_device());
    return planned != cudaSuccess ? planned : work(runtime);
  });
}

}  // namespace mayfly::softgpu
