#include "runtime.h"

#include <algorithm>
#include <cstdlib>

#include "fail.h"
#include "memory.h"
#include "random.h"
#include "symbols.h"

namespace mayfly::softgpu {
namespace {

std::size_t from_environment(const char* name, std::size_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// Memory may be touched as long as it lives.
class Opened {
 public:
  explicit Opened(bool& running) : running_(running) {
    if (running_) fail("a function on a stream called CUDA");
    running_ = true;
    watch_faults();
    DeviceMemory::instance().open();
  }
  ~Opened() {
    DeviceMemory::instance().close();
    running_ = false;
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

 private:
  bool& running_;
};

bool may_run(const CUstream_st& stream) {
  if (stream.pending.empty()) return false;
  const Operation& next = stream.pending.front();
  return next.kind != Operation::Kind::wait || next.record->done;
}

}  // namespace

std::string name_of(const Operation& operation) {
  return operation.kernel != nullptr ? symbol_name(operation.kernel) : operation.name;
}

Runtime& Runtime::instance() {
  static Runtime& runtime = *new Runtime;  // never destroyed: other statics may own streams
  return runtime;
}

Runtime::Runtime() {
  settings.devices = static_cast<int>(from_environment("MAYFLY_SOFTGPU_DEVICES", 2));
  settings.memory = from_environment("MAYFLY_SOFTGPU_MEMORY_MIB", settings.memory >> 20) << 20;
}

CUstream_st& Runtime::stream(cudaStream_t handle, const char* what) const {
  if (handle == nullptr)
    fail("{}: the legacy default stream; every operation needs a stream of its own", what);
  if (!streams.has(handle)) fail("{}: this stream was destroyed or never made", what);
  return *handle;
}

cudaError_t Runtime::add(CUstream_st& stream, Operation operation) {
  if (stream.capture == nullptr) {
    stream.pending.push_back(std::move(operation));
    return cudaSuccess;
  }
  if (stream.capture->invalid) return cudaErrorStreamCaptureInvalidated;
  stream.capture->nodes.push_back(std::move(operation));
  return cudaSuccess;
}

void Runtime::run_stream(const CUstream_st& stream) {
  if (!stream.pending.empty()) run_until([&] { return stream.pending.empty(); });
}

void Runtime::run_record(const Record& record, int device) {
  if (!record.done) run_until([&] { return record.done || lost(device) != cudaSuccess; });
}

void Runtime::run_device(int device) {
  const auto idle = [&] {
    return std::all_of(streams.all().begin(), streams.all().end(), [&](const auto& stream) {
      return stream->device != device || stream->pending.empty();
    });
  };
  if (!idle()) run_until(idle);
}

void Runtime::run_some() {
  std::uint32_t left = random().below(4);
  const auto idle = [&] {
    return std::none_of(streams.all().begin(), streams.all().end(),
                        [](const auto& stream) { return may_run(*stream); });
  };
  if (left > 0 && !idle()) run_until([&] { return left-- == 0 || idle(); });
}

// Streams are preferred in one random order mostly, so that all of one stream often comes before all of
// another.
template <class Reached>
void Runtime::run_until(const Reached& reached) {
  const Opened opened(running);
  std::vector<CUstream_st*> preference;
  for (const auto& stream : streams.all()) preference.push_back(stream.get());
  random().shuffle(preference);
  while (!reached()) {
    if (random().below(4) == 0) random().shuffle(preference);
    CUstream_st* next = choose(preference);
    if (next == nullptr) fail("streams wait for each other");
    run_next(*next);
  }
}

CUstream_st* Runtime::choose(const std::vector<CUstream_st*>& preference) const {
  const auto first = std::find_if(preference.begin(), preference.end(),
                                  [](CUstream_st* stream) { return may_run(*stream); });
  return first == preference.end() ? nullptr : *first;
}

void Runtime::run_next(CUstream_st& stream) {
  const Operation operation = std::move(stream.pending.front());
  stream.pending.pop_front();
  run(operation, stream.device);
}

void Runtime::run(const Operation& operation, int device) {
  using Kind = Operation::Kind;
  cudaError_t planned = cudaSuccess;
  if (operation.kind == Kind::kernel) planned = planned_failure(Call::kernel, device);
  if (operation.kind == Kind::copy) planned = planned_failure(Call::copy_runs, device);
  if (planned != cudaSuccess) return lose(device, planned);
  if (operation.kind == Kind::record) {
    operation.record->done = true;
    operation.record->when = std::chrono::steady_clock::now();
  }
  const bool left_out = operation.kind == Kind::kernel && !settings.kernels_run;
  if (operation.run && !left_out) operation.run();
  if (operation.kind == Kind::graph)
    for (const Operation& node : *operation.nodes)
      if (lost(device) == cudaSuccess) run(node, device);
  counts.kernels += operation.kind == Kind::kernel;
  counts.copies += operation.kind == Kind::copy;
  counts.sets += operation.kind == Kind::set;
  counts.functions += operation.kind == Kind::function;
}

cudaError_t Runtime::lost(int device) const {
  return lost_[static_cast<std::size_t>(device)];
}

void Runtime::lose(int device, cudaError_t error) {
  lost_[static_cast<std::size_t>(device)] = error;
  for (const auto& stream : streams.all()) {
    if (stream->device != device) continue;
    for (const Operation& operation : stream->pending)
      if (operation.kind == Operation::Kind::record) operation.record->done = true;
    stream->pending.clear();
    stream->capture.reset();  // nobody can end it any more
  }
}

void Runtime::reset(int device) {
  if (lost(device) == cudaSuccess) run_device(device);
  for (const Allocation& allocation : DeviceMemory::instance().living(device))
    DeviceMemory::instance().release(allocation);
  streams.remove_of_device(device);
  events.remove_of_device(device);
  graphs.remove_of_device(device);
  executables.remove_of_device(device);
  lost_[static_cast<std::size_t>(device)] = cudaSuccess;
}

std::vector<std::string> Runtime::leaks(int device) const {
  std::vector<std::string> result;
  for (const Allocation& allocation : DeviceMemory::instance().living(device))
    result.push_back(description(allocation));
  const auto count = [&](const char* what, const auto& handles) {
    const auto all = std::count_if(handles.all().begin(), handles.all().end(),
                                   [&](const auto& object) { return object->device == device; });
    if (all > 0) result.push_back(fmt::format("{} {} on device {}", all, what, device));
  };
  count("streams", streams);
  count("events", events);
  count("graphs", graphs);
  count("executable graphs", executables);
  return result;
}

cudaError_t Runtime::planned_failure(Call call, int device) {
  for (auto failure = failures.begin(); failure != failures.end(); ++failure) {
    if (failure->call != call || failure->after-- > 0) continue;
    const cudaError_t error = failure->error;
    failures.erase(failure);
    if (sticks(error)) lose(device, error);
    return error;
  }
  return cudaSuccess;
}

cudaError_t Runtime::refuse_in_capture() {
  cudaError_t result = cudaSuccess;
  for (const auto& stream : streams.all()) {
    Capture* capture = stream->capture.get();
    if (capture == nullptr || capture->mode == cudaStreamCaptureModeRelaxed) continue;
    const bool ours = capture->thread == std::this_thread::get_id();
    if (!ours && capture->mode != cudaStreamCaptureModeGlobal) continue;
    capture->invalid = true;
    result = cudaErrorStreamCaptureUnsupported;
  }
  return result;
}

cudaError_t Runtime::refuse_while_capturing(int device) {
  cudaError_t result = cudaSuccess;
  for (const auto& stream : streams.all()) {
    if (stream->capture == nullptr || stream->device != device) continue;
    stream->capture->invalid = true;
    result = cudaErrorStreamCaptureUnsupported;
  }
  return result;
}

int& current_device() {
  static thread_local int device = 0;
  return device;
}

cudaError_t& last_error() {
  static thread_local cudaError_t error = cudaSuccess;
  return error;
}

bool sticks(cudaError_t error) {
  constexpr cudaError_t kSticky[] = {cudaErrorECCUncorrectable,
                                     cudaErrorNvlinkUncorrectable,
                                     cudaErrorIllegalAddress,
                                     cudaErrorLaunchTimeout,
                                     cudaErrorAssert,
                                     cudaErrorHardwareStackError,
                                     cudaErrorIllegalInstruction,
                                     cudaErrorMisalignedAddress,
                                     cudaErrorInvalidAddressSpace,
                                     cudaErrorInvalidPc,
                                     cudaErrorLaunchFailure,
                                     cudaErrorContextIsDestroyed,
                                     cudaErrorContained,
                                     cudaErrorTensorMemoryLeak,
                                     cudaErrorMpsClientTerminated,
                                     cudaErrorUnknown};
  return std::find(std::begin(kSticky), std::end(kSticky), error) != std::end(kSticky);
}

cudaError_t cannot_begin(const char* name) {
  const Runtime& runtime = Runtime::instance();
  if (runtime.running) fail("{}: called by a function that runs on a stream", name);
  if (runtime.settings.driver_version < CUDART_VERSION / 1000 * 1000) return cudaErrorInsufficientDriver;
  if (runtime.settings.devices == 0) return cudaErrorNoDevice;
  return cudaSuccess;
}

cudaError_t finish(cudaError_t error) {
  if (error != cudaSuccess && error != cudaErrorNotReady) last_error() = error;
  return error;
}

}  // namespace mayfly::softgpu
