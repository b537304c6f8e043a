// What tests may ask of the software device, and do to it. README.md says what it checks by itself.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mayfly::softgpu {

/// What the machine looks like. The environment's MAYFLY_SOFTGPU_DEVICES and MAYFLY_SOFTGPU_MEMORY_MIB
/// change the defaults.
struct Settings {
  int devices = 2;             ///< 0: cudaErrorNoDevice
  int driver_version = 12040;  ///< 0: none; an older major version than CUDART_VERSION's is insufficient
  std::size_t memory = std::size_t{16} << 30;  ///< bytes per device
  int multiprocessors = 80;
  int major = 7, minor = 0;  ///< compute capability
  bool kernels_run = true;   ///< false: they are checked, ordered and counted, and compute nothing
};
void configure(const Settings& settings);
Settings settings();

/// The orders in which operations of several streams, blocks and threads run follow from it.
void set_seed(std::uint64_t seed);
std::uint64_t seed();

/// What can be made to fail. `kernel` and `copy_runs` fail when the operation runs, in a graph or not, so
/// that the error comes out of a later call, as a fault on a GPU does; the others fail at once. `ask` is
/// about a device (properties, attributes, free memory, how to wait) or the time between events.
enum class Call {
  ask,
  set_device,
  allocate,
  allocate_host,
  launch,
  copy,
  set,
  synchronise,
  create_stream,
  create_event,
  find_kernel,
  record_event,
  begin_capture,
  end_capture,
  instantiate,
  graph_launch,
  kernel,
  copy_runs
};
/// The call after the next `after` ones of this kind reports `error`. Errors after which CUDA refuses all
/// work (illegal address, launch failure, ...) stick to the device until cudaDeviceReset().
void fail_next(Call call, cudaError_t error, unsigned after = 0);
/// Those that were planned and did not come.
std::size_t planned_failures();
void clear_failures();

struct Counts {
  std::uint64_t launches = 0;  ///< kernels started directly, captured ones not counted
  std::uint64_t graph_launches = 0;
  std::uint64_t kernels = 0;      ///< kernels that ran, in graphs or not
  std::uint64_t copies = 0;       ///< copies that ran, in graphs or not
  std::uint64_t sets = 0;         ///< memsets that ran, in graphs or not
  std::uint64_t functions = 0;    ///< enqueued functions that ran
  std::uint64_t allocations = 0;  ///< of device memory and of pinned memory
  std::uint64_t frees = 0;
  std::uint64_t synchronisations = 0;  ///< of streams, events and devices
};
Counts counts();
void reset_counts();

/// Names of what each graph captured since reset_counts() holds, in order: kernels by their C++ name.
std::vector<std::vector<std::string>> captured_graphs();

/// One line for everything that was made and is not destroyed yet: memory, pinned memory, streams, events,
/// graphs. A process that ends with some exits with code 23 and prints them.
std::vector<std::string> report_leaks();

/// Puts a function into the stream that runs, or is captured, as a kernel would; it may touch device memory
/// then but may not call CUDA. For stand-ins of libraries. Returns what a launch would.
cudaError_t enqueue(cudaStream_t stream, const std::string& name, std::function<void()> function);
/// Aborts unless the range lies in one living allocation of device memory.
void check_device_range(const void* memory, std::size_t bytes);

}  // namespace mayfly::softgpu
