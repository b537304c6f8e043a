// What a kernel sees of its block, and how it is started.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>

#include "softgpu/device_functions.h"

// Set before a thread runs on. One thread of one block runs at a time in the whole process.
extern uint3 threadIdx;
extern uint3 blockIdx;
extern dim3 blockDim;
extern dim3 gridDim;
inline constexpr int warpSize = 32;

namespace mayfly::softgpu {

/// A line of a kernel. Not std::source_location: clang 14 has none.
struct Place {
  const char* file;
  const char* function;
  int line;
  static constexpr Place current(const char* file = __builtin_FILE(),
                                 const char* function = __builtin_FUNCTION(), int line = __builtin_LINE()) {
    return {file, function, line};
  }
};

/// The calling thread waits until all threads of its block have come to this place.
void wait_for_block(const Place& place);
/// The same for the 32 threads of its warp. `mask` must name them all.
void wait_for_warp(unsigned mask, const Place& place);
/// What thread `lane` of the warp hands over at this place; all threads of the warp call it.
std::uint64_t exchange_in_warp(unsigned mask, std::uint64_t mine, unsigned lane, const Place& place);
unsigned lane_in_warp();

/// Object of the block's shared memory: made at the first call with this key in a block, NaN bits throughout.
void* shared_object(const void* key, std::size_t bytes, std::size_t alignment);

template <class T, class Key>
T& shared() {
  static const char key = 0;
  return *static_cast<T*>(shared_object(&key, sizeof(T), alignof(T) < 16 ? 16 : alignof(T)));
}

/// A kernel and the arguments it was started with.
class KernelCall {
 public:
  virtual ~KernelCall() = default;
  virtual void run_thread() const = 0;
  /// Aborts where an argument points to memory that is not `device`'s.
  virtual void check_arguments(int device) const = 0;
  virtual const void* function() const = 0;
};

void check_pointer_argument(int index, const void* pointer, int device, const void* kernel);
/// Words of a structure that look like pointers.
void check_structure_argument(int index, const void* structure, std::size_t bytes, int device,
                              const void* kernel);

template <class... Parameters>
class BoundKernel final : public KernelCall {
 public:
  using Function = void (*)(Parameters...);
  BoundKernel(Function kernel, Parameters... arguments) : kernel_(kernel), arguments_(arguments...) {}
  void run_thread() const override { std::apply(kernel_, arguments_); }
  const void* function() const override { return reinterpret_cast<const void*>(kernel_); }
  void check_arguments(int device) const override {
    int index = 0;
    std::apply([&](const auto&... argument) { (this->check_argument(index++, argument, device), ...); },
               arguments_);
  }

 private:
  void check_argument(int index, const void* pointer, int device) const {
    check_pointer_argument(index, pointer, device, function());
  }
  /// What lies between members may be anything: only a compiler that can clear it makes this check possible.
  template <class T>
  requires std::is_class_v<T>
  void check_argument([[maybe_unused]] int index, [[maybe_unused]] T structure,
                      [[maybe_unused]] int device) const {
#if __has_builtin(__builtin_clear_padding)
    __builtin_clear_padding(&structure);
    check_structure_argument(index, &structure, sizeof(T), device, function());
#endif
  }
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void check_argument(int, T, int) const {}

  Function kernel_;
  std::tuple<std::remove_cv_t<Parameters>...> arguments_;
};

/// Puts a kernel into the stream; what went wrong is what cudaGetLastError() returns next.
void start(std::shared_ptr<const KernelCall> call, dim3 grid, dim3 block, cudaStream_t stream);

template <class... Parameters>
void start_kernel(void (*kernel)(Parameters...), dim3 grid, dim3 block, cudaStream_t stream,
                  std::type_identity_t<Parameters>... arguments) {
  start(std::make_shared<const BoundKernel<Parameters...>>(kernel, arguments...), grid, block, stream);
}

template <class T>
T shuffle(unsigned mask, T value, unsigned lane, const Place& place) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8);
  std::uint64_t bits = 0;
  __builtin_memcpy(&bits, &value, sizeof(T));
  bits = exchange_in_warp(mask, bits, lane, place);
  __builtin_memcpy(&value, &bits, sizeof(T));
  return value;
}

}  // namespace mayfly::softgpu

inline void __syncthreads(const mayfly::softgpu::Place& place = mayfly::softgpu::Place::current()) {
  mayfly::softgpu::wait_for_block(place);
}
inline void __syncwarp(unsigned mask = 0xffffffffu,
                       const mayfly::softgpu::Place& place = mayfly::softgpu::Place::current()) {
  mayfly::softgpu::wait_for_warp(mask, place);
}

// A warp may be cut into equal groups of `width` lanes, a power of two; a lane outside the group is the own.
template <class T>
T __shfl_sync(unsigned mask, T value, int lane, int width = warpSize,
              const mayfly::softgpu::Place& place = mayfly::softgpu::Place::current()) {
  const unsigned self = mayfly::softgpu::lane_in_warp(), inside = static_cast<unsigned>(width) - 1;
  return mayfly::softgpu::shuffle(mask, value, (self & ~inside) | (static_cast<unsigned>(lane) & inside),
                                  place);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = warpSize,
                 const mayfly::softgpu::Place& place = mayfly::softgpu::Place::current()) {
  const unsigned self = mayfly::softgpu::lane_in_warp(), inside = static_cast<unsigned>(width) - 1;
  return mayfly::softgpu::shuffle(mask, value, (self & inside) >= delta ? self - delta : self, place);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = warpSize,
                   const mayfly::softgpu::Place& place = mayfly::softgpu::Place::current()) {
  const unsigned self = mayfly::softgpu::lane_in_warp(), inside = static_cast<unsigned>(width) - 1;
  return mayfly::softgpu::shuffle(mask, value, (self & inside) + delta <= inside ? self + delta : self,
                                  place);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = warpSize,
                  const mayfly::softgpu::Place& place = mayfly::softgpu::Place::current()) {
  const unsigned self = mayfly::softgpu::lane_in_warp(), inside = static_cast<unsigned>(width) - 1;
  const unsigned other = self ^ static_cast<unsigned>(lanes);
  return mayfly::softgpu::shuffle(mask, value, (other & ~inside) == (self & ~inside) ? other : self, place);
}
