// Pointers that a kernel is given, and both sides of copies.
#include <memory>

#include "softgpu_test.h"

namespace mayfly::softgpu {
namespace {

// Of structures only their compiler knows what is padding: g++ does (softgpu/kernel.h).
#if __has_builtin(__builtin_clear_padding)
constexpr bool kStructuresAreChecked = true;
#else
constexpr bool kStructuresAreChecked = false;
#endif

using Arguments = SoftGpu;
using ArgumentsDeathTest = SoftGpu;

struct Inside {
  int count;
  const float* values;
};

__global__ void from_structure(float* to, const MAYFLY_GRID_CONSTANT Inside inside) {
  for (int i = 0; i < inside.count; ++i) to[i] = inside.values[i];
}

TEST_F(Arguments, OfTheDevice) {
  float* x = upload({1, 2, 3, 4});
  float* y = device_floats(2);
  launch(from_structure, dim3(1), dim3(1), stream_, y, Inside{2, x + 2});
  EXPECT_EQ(download(y, 2), (std::vector<float>{3, 4}));
}

TEST_F(ArgumentsDeathTest, OfTheHost) {
  float* x = upload({1, 2, 3, 4});
  float on_the_stack = 0;
  const auto on_the_heap = std::make_unique<float>(0.0f);
  const auto start = [&](float* to, const float* from) {
    launch(copy_one, dim3(1), dim3(1), stream_, to, from);
  };
  EXPECT_DEATH(start(x, &on_the_stack), "softgpu: argument 1 of kernel .*copy_one.* memory of the host");
  EXPECT_DEATH(start(on_the_heap.get(), x), "softgpu: argument 0 of kernel .*copy_one.* memory of the host");
  float* pinned = nullptr;
  ASSERT_EQ(cudaMallocHost(&pinned, 4), cudaSuccess);
  EXPECT_DEATH(start(pinned, x), "softgpu: argument 0 of kernel .*copy_one.* memory of the host");
  ASSERT_EQ(cudaFreeHost(pinned), cudaSuccess);
}

TEST_F(ArgumentsDeathTest, OfTheHostInAStructure) {
  if (!kStructuresAreChecked)
    GTEST_SKIP() << "this compiler cannot clear padding: the build release checks it";
  float* x = upload({1, 2, 3, 4});
  const float on_the_stack = 0;
  const auto on_the_heap = std::make_unique<float>(0.0f);
  static float global = 0;
  const auto start = [&](const float* from) {
    launch(from_structure, dim3(1), dim3(1), stream_, x, Inside{1, from});
  };
  for (const float* from :
       {&on_the_stack, static_cast<const float*>(on_the_heap.get()), const_cast<const float*>(&global)})
    EXPECT_DEATH(start(from),
                 "softgpu: byte 8 of argument 1 of kernel .*from_structure.* memory of the host");
}

/// The addresses that the device reserves are not the host's: a number of a structure may look like one.
TEST_F(Arguments, NumbersThatLookLikeAddressesBehindAllMemory) {
  float* x = upload({1, 2, 3, 4});
  const std::uintptr_t far = reinterpret_cast<std::uintptr_t>(x) + (std::uintptr_t{1} << 38);
  launch(from_structure, dim3(1), dim3(1), stream_, x, Inside{0, reinterpret_cast<const float*>(far)});
  EXPECT_EQ(download(x, 1), (std::vector<float>{1}));
}

TEST_F(ArgumentsDeathTest, OfAnotherDevice) {
  float* x = upload({1});
  float* elsewhere = nullptr;
  ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
  ASSERT_EQ(cudaMalloc(&elsewhere, 4), cudaSuccess);
  ASSERT_EQ(cudaSetDevice(0), cudaSuccess);
  EXPECT_DEATH(launch(copy_one, dim3(1), dim3(1), stream_, elsewhere, x),
               "softgpu: argument 0 of kernel .* on device 0 is .* on device 1");
  if (kStructuresAreChecked) {
    EXPECT_DEATH(launch(from_structure, dim3(1), dim3(1), stream_, x, Inside{1, elsewhere}),
                 "softgpu: byte 8 of argument 1 of kernel .* on device 0 is .* on device 1");
  }
  EXPECT_DEATH(cudaMemsetAsync(elsewhere, 0, 4, stream_), "but the stream is of device 0");
  ASSERT_EQ(cudaFree(elsewhere), cudaSuccess);
}

TEST_F(Arguments, AKernelNeedsTheStreamOfItsDevice) {
  float* x = device_floats(1);
  ASSERT_EQ(cudaSetDevice(1), cudaSuccess);
  EXPECT_THROW(launch(set_to, dim3(1), dim3(1), stream_, x, 1.0f), std::runtime_error);
  ASSERT_EQ(cudaSetDevice(0), cudaSuccess);
}

TEST_F(ArgumentsDeathTest, CopiesBeyondTheEnd) {
  float* x = device_floats(4);
  device_floats(4);
  float host[8] = {};
  const auto copy = [&](void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    cudaMemcpyAsync(to, from, bytes, kind, stream_);
  };
  EXPECT_DEATH(copy(x, host, 17, cudaMemcpyHostToDevice),
               "softgpu: cudaMemcpyAsync, destination: 17 bytes asked");
  EXPECT_DEATH(copy(host, x + 1, 16, cudaMemcpyDeviceToHost),
               "softgpu: cudaMemcpyAsync, source: 16 bytes asked");
  EXPECT_DEATH(copy(host, x - 1, 4, cudaMemcpyDeviceToHost), "softgpu: .* 4 bytes before allocation");
  EXPECT_DEATH(cudaMemsetAsync(x, 0, 17, stream_), "softgpu: cudaMemsetAsync: 17 bytes asked for, 16");
  float* pinned = nullptr;
  ASSERT_EQ(cudaMallocHost(&pinned, 12), cudaSuccess);
  EXPECT_DEATH(copy(pinned, x, 16, cudaMemcpyDeviceToHost), "softgpu: .* beyond the end of pinned memory");
  ASSERT_EQ(cudaFreeHost(pinned), cudaSuccess);
}

TEST_F(ArgumentsDeathTest, CopiesInTheWrongDirection) {
  float* x = device_floats(4);
  float host[4] = {};
  const auto copy = [&](void* to, const void* from, cudaMemcpyKind kind) {
    cudaMemcpyAsync(to, from, 4, kind, stream_);
  };
  EXPECT_DEATH(copy(x, host, cudaMemcpyDeviceToHost),
               "softgpu: cudaMemcpyAsync, destination: .* should be the host");
  EXPECT_DEATH(copy(host, x, cudaMemcpyHostToDevice),
               "softgpu: cudaMemcpyAsync, destination: .* not memory of");
  EXPECT_DEATH(copy(x, host, cudaMemcpyDeviceToDevice), "softgpu: cudaMemcpyAsync, source: .* not memory of");
}

TEST_F(ArgumentsDeathTest, RangesForStandIns) {
  float* x = device_floats(4);
  check_device_range(x + 1, 12);
  EXPECT_DEATH(check_device_range(x + 1, 13), "softgpu: a range of device memory: 13 bytes asked for, 12");
}

}  // namespace
}  // namespace mayfly::softgpu
