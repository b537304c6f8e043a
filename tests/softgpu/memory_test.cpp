// Device memory: what kernels, copies and the host must not do with it.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <set>

#include "softgpu_test.h"

namespace mayfly::softgpu {
namespace {

using Memory = SoftGpu;
using MemoryDeathTest = SoftGpu;

__global__ void write_at(float* x, int index) {
  x[index] = 1.0f;
}
__global__ void read_at(float* x, int index) {
  x[0] = x[index];
}

TEST_F(Memory, FreshMemoryIsNan) {
  for (const float value : download(device_floats(1000), 1000)) EXPECT_TRUE(std::isnan(value));
  float* x = upload({1.0f});
  launch(add_to, dim3(1), dim3(1), stream_, x, device_floats(1), 1);
  EXPECT_TRUE(std::isnan(download(x, 1)[0]));
}

TEST_F(Memory, IsAligned) {
  for (std::size_t count : {1u, 63u, 64u, 65u, 5000u})
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(device_floats(count)) % 256, 0u);
}

TEST_F(MemoryDeathTest, KernelsThatWriteOneBeyond) {
  for (const std::size_t count : {1u, 64u, 1000u, 1024u}) {
    float* x = device_floats(count);
    const auto run = [&](int index) {
      launch(write_at, dim3(1), dim3(1), stream_, x, index);
      cudaStreamSynchronize(stream_);
    };
    run(0);
    run(static_cast<int>(count) - 1);
    EXPECT_DEATH(run(static_cast<int>(count)), or_sanitizer("softgpu: .* behind the end of allocation"))
        << count;
    EXPECT_DEATH(run(-1), or_sanitizer("softgpu: .* before (the beginning of )?allocation")) << count;
  }
}

TEST_F(MemoryDeathTest, KernelsThatReadOneBeyond) {
  float* x = device_floats(900);  // neither end is that of a page
  const auto run = [&](int index) {
    launch(read_at, dim3(1), dim3(1), stream_, x, index);
    return download(x, 1)[0];
  };
  if (kAddressSanitizer) {
    EXPECT_DEATH(run(900), "AddressSanitizer");
    EXPECT_DEATH(run(-1), "AddressSanitizer");
  } else {
    EXPECT_TRUE(std::isnan(run(900)));
    EXPECT_TRUE(std::isnan(run(-1)));
  }
  EXPECT_DEATH(run(1 << 20), "softgpu: kernel .*read_at.* touched|AddressSanitizer");
}

__global__ void read_four(float* x, int from) {
  const float4 v = *reinterpret_cast<const float4*>(x + from);
  x[0] = v.x + v.y + v.z + v.w;
}

TEST_F(Memory, LoadsOfSixteenBytes) {
  float* x = upload({1, 2, 3, 4, 5, 6, 7, 8});
  launch(read_four, dim3(1), dim3(1), stream_, x, 4);
  EXPECT_EQ(download(x, 1)[0], 26.0f);
}

TEST_F(MemoryDeathTest, MisalignedLoadsOfSixteenBytes) {
  if (!kAddressSanitizer) GTEST_SKIP() << "they are looked for in the builds with sanitizers alone";
  float* x = upload({1, 2, 3, 4, 5, 6, 7, 8});
  const auto run = [&] {
    launch(read_four, dim3(1), dim3(1), stream_, x, 1);
    cudaStreamSynchronize(stream_);
  };
  EXPECT_DEATH(run(), "misaligned address");
}

TEST_F(MemoryDeathTest, TheHostTouchesDeviceMemory) {
  float* x = upload({1.0f});
  EXPECT_DEATH(x[0] = 2.0f, "softgpu: the host, or a copy touched .* byte 0 of allocation|AddressSanitizer");
  EXPECT_DEATH(std::printf("%g\n", x[0]), "softgpu: the host, or a copy touched|AddressSanitizer");
}

TEST_F(MemoryDeathTest, UseAfterFree) {
  float* kept = upload({1.0f});
  float* x = nullptr;
  ASSERT_EQ(cudaMalloc(&x, 400), cudaSuccess);
  ASSERT_EQ(cudaFree(x), cudaSuccess);
  EXPECT_DEATH(launch(copy_one, dim3(1), dim3(1), stream_, x, kept), "softgpu: argument 0 of kernel .*freed");
  EXPECT_DEATH(launch(copy_one, dim3(1), dim3(1), stream_, kept, x), "softgpu: argument 1 of kernel .*freed");
  EXPECT_DEATH(cudaMemsetAsync(x, 0, 4, stream_), "softgpu: cudaMemsetAsync: .* memory that was freed");
}

TEST_F(MemoryDeathTest, AGraphThatOutlivesItsMemory) {
  float* x = nullptr;
  ASSERT_EQ(cudaMalloc(&x, 400), cudaSuccess);
  ASSERT_EQ(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal), cudaSuccess);
  launch(set_to, dim3(1), dim3(100), stream_, x, 1.0f);
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  ASSERT_EQ(cudaStreamEndCapture(stream_, &graph), cudaSuccess);
  ASSERT_EQ(cudaGraphInstantiate(&executable, graph, 0), cudaSuccess);
  ASSERT_EQ(cudaFree(x), cudaSuccess);
  const auto run = [&] {
    cudaGraphLaunch(executable, stream_);
    cudaStreamSynchronize(stream_);
  };
  EXPECT_DEATH(run(), "softgpu: argument 0 of kernel .*set_to.*freed");
  cudaGraphExecDestroy(executable);
  cudaGraphDestroy(graph);
}

TEST_F(Memory, FreedMemoryIsNotUsedAgainSoon) {
  float *first = nullptr, *second = nullptr;
  ASSERT_EQ(cudaMalloc(&first, 400), cudaSuccess);
  ASSERT_EQ(cudaFree(first), cudaSuccess);
  ASSERT_EQ(cudaMalloc(&second, 400), cudaSuccess);
  EXPECT_NE(first, second);
  ASSERT_EQ(cudaFree(second), cudaSuccess);
}

TEST_F(Memory, ButLater) {
  std::set<float*> places;
  constexpr std::size_t kBytes = 16 << 20;
  for (int i = 0; i < 20; ++i) {
    float* x = nullptr;
    ASSERT_EQ(cudaMalloc(&x, kBytes), cudaSuccess);
    ASSERT_EQ(cudaFree(x), cudaSuccess);
    places.insert(x);
  }
  EXPECT_LT(places.size(), 20u);
  EXPECT_GT(places.size(), 3u);
}

TEST_F(MemoryDeathTest, FreedTwice) {
  float* x = nullptr;
  ASSERT_EQ(cudaMalloc(&x, 400), cudaSuccess);
  EXPECT_DEATH(cudaFree(x + 1), "softgpu: cudaFree: .* is not the beginning of an allocation but byte 4 of");
  ASSERT_EQ(cudaFree(x), cudaSuccess);
  EXPECT_DEATH(cudaFree(x), "softgpu: cudaFree: .* memory that was freed");
  float on_the_host = 0;
  EXPECT_DEATH(cudaFree(&on_the_host), "softgpu: cudaFree: .* not memory of a device");
  EXPECT_DEATH(cudaFreeHost(&on_the_host), "softgpu: cudaFreeHost: .* is not the beginning of pinned memory");
  EXPECT_EQ(cudaFree(nullptr), cudaSuccess);
}

TEST_F(Memory, LeaksAreTold) {
  const std::size_t before = report_leaks().size();
  float *x = nullptr, *pinned = nullptr;
  cudaEvent_t event = nullptr;
  ASSERT_EQ(cudaMalloc(&x, 400), cudaSuccess);
  ASSERT_EQ(cudaMallocHost(&pinned, 44), cudaSuccess);
  ASSERT_EQ(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), cudaSuccess);
  const std::vector<std::string> leaks = report_leaks();
  EXPECT_EQ(leaks.size(), before + 3);
  EXPECT_THAT(leaks, testing::Contains(HasSubstr("of 400 bytes on device 0")));
  EXPECT_THAT(leaks, testing::Contains(HasSubstr("44 bytes of pinned memory")));
  EXPECT_THAT(leaks, testing::Contains(HasSubstr("1 events on device 0")));
  ASSERT_EQ(cudaFree(x), cudaSuccess);
  ASSERT_EQ(cudaFreeHost(pinned), cudaSuccess);
  ASSERT_EQ(cudaEventDestroy(event), cudaSuccess);
}

TEST(ProcessDeathTest, ThatEndsWithALeakSaysSo) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";  // a process of its own
  const auto leave = [] {
    float* x = nullptr;
    cudaMalloc(&x, 400);
    std::exit(0);
  };
  EXPECT_EXIT(leave(), testing::ExitedWithCode(23),
              "softgpu: never freed: allocation 1 of 400 bytes on device 0");
  testing::FLAGS_gtest_death_test_style = "fast";
}

TEST_F(Memory, IsAsLargeAsConfigured) {
  Settings small;
  small.memory = 1 << 20;
  configure(small);
  std::size_t free_bytes = 0, total = 0;
  float *x = nullptr, *y = nullptr;
  ASSERT_EQ(cudaMalloc(&x, 1 << 19), cudaSuccess);
  ASSERT_EQ(cudaMemGetInfo(&free_bytes, &total), cudaSuccess);
  EXPECT_EQ(free_bytes, std::size_t{1} << 19);
  EXPECT_EQ(total, std::size_t{1} << 20);
  EXPECT_EQ(cudaMalloc(&y, (1 << 19) + 1), cudaErrorMemoryAllocation);
  EXPECT_EQ(cudaGetLastError(), cudaErrorMemoryAllocation);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess) << "it does not stick";
  ASSERT_EQ(cudaMalloc(&y, 1 << 19), cudaSuccess);
  ASSERT_EQ(cudaFree(y), cudaSuccess);
  ASSERT_EQ(cudaFree(x), cudaSuccess);
}

}  // namespace
}  // namespace mayfly::softgpu
