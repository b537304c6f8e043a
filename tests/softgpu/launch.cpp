// Kernels and functions on their way into a stream.
#include <cuda_runtime.h>

#include "blocks.h"
#include "fail.h"
#include "memory.h"
#include "runtime.h"
#include "symbols.h"

namespace mayfly::softgpu {
namespace {

bool can_run(dim3 grid, dim3 block) {
  const std::uint64_t threads = std::uint64_t{block.x} * block.y * block.z;
  return threads > 0 && threads <= Blocks::kMaxThreads && block.z <= 64 && grid.x <= 2147483647u &&
         grid.y <= 65535 && grid.z <= 65535;
}

}  // namespace

void start(std::shared_ptr<const KernelCall> kernel, dim3 grid, dim3 block, cudaStream_t handle) {
  call("kernel launch", Call::launch, [&](Runtime& runtime) {
    CUstream_st& stream = runtime.stream(handle, "kernel launch");
    if (!can_run(grid, block)) return cudaErrorInvalidConfiguration;
    const int device = stream.device;
    if (device != current_device()) return cudaErrorInvalidResourceHandle;
    kernel->check_arguments(device);
    if (stream.capture == nullptr) ++runtime.counts.launches;
    return runtime.add(stream, {.kind = Operation::Kind::kernel, .kernel = kernel->function(), .run = [=] {
                                  kernel->check_arguments(device);
                                  Blocks::instance().run(*kernel, grid, block);
                                }});
  });
}

cudaError_t enqueue(cudaStream_t handle, const std::string& name, std::function<void()> function) {
  return call("enqueue", Call::launch, [&](Runtime& runtime) {
    CUstream_st& stream = runtime.stream(handle, name.c_str());
    if (stream.capture == nullptr) ++runtime.counts.launches;
    return runtime.add(stream, {.kind = Operation::Kind::function, .name = name, .run = std::move(function)});
  });
}

}  // namespace mayfly::softgpu
