// What the opaque handles of the CUDA runtime point to.
#pragma once

#include <cuda_runtime_api.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace mayfly::softgpu {

/// One recording of an event.
struct Record {
  bool done = false;
  std::chrono::steady_clock::time_point when;
};

struct Operation;
using Operations = std::vector<Operation>;

/// Something that a stream does when its turn comes.
struct Operation {
  enum class Kind { kernel, copy, set, function, graph, record, wait };
  Kind kind;
  std::string name;  ///< for messages; empty for kernels
  const void* kernel = nullptr;
  std::function<void()> run;  ///< nothing for `graph`, `record` and `wait`
  std::shared_ptr<Record> record;
  std::shared_ptr<const Operations> nodes;  ///< of `graph`
};

std::string name_of(const Operation& operation);

struct Capture {
  cudaStreamCaptureMode mode;
  std::thread::id thread;
  bool invalid = false;
  Operations nodes;
};

}  // namespace mayfly::softgpu

struct CUstream_st {
  int device = 0;
  std::deque<mayfly::softgpu::Operation> pending;
  std::unique_ptr<mayfly::softgpu::Capture> capture;
};

struct CUevent_st {
  int device = 0;
  unsigned flags = 0;
  std::shared_ptr<mayfly::softgpu::Record> last;      ///< nullptr: never recorded
  const mayfly::softgpu::Capture* capture = nullptr;  ///< where it was recorded last, if in a capture
};

struct CUgraph_st {
  int device = 0;
  std::shared_ptr<const mayfly::softgpu::Operations> nodes;
};

struct CUgraphExec_st {
  int device = 0;
  std::shared_ptr<const mayfly::softgpu::Operations> nodes;
};
