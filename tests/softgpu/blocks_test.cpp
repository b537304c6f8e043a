// How blocks of threads run: every fault that they can make is planted and has to be seen.
#include <cmath>
#include <numeric>
#include <set>

#include "softgpu_test.h"

namespace mayfly::softgpu {
namespace {

constexpr int kThreads = 64;

enum class Fault { none, no_barrier, no_second_barrier, branch, early_exit };

/// Reverses the threads' values twice, through shared memory.
template <Fault fault>
__global__ void reverse_twice(float* x) {
  MAYFLY_SHARED(float[kThreads], tile);
  const unsigned i = threadIdx.x;
  float value = x[i];
  for (int turn = 0; turn < 2; ++turn) {
    tile[i] = value;
    if (fault == Fault::early_exit && i == 5) return;
    if (fault == Fault::branch && i % 2 == 0)
      __syncthreads();
    else if (fault != Fault::no_barrier)
      __syncthreads();
    value = tile[kThreads - 1 - i];
    if (fault != Fault::no_second_barrier) __syncthreads();
  }
  x[i] = value;
}

class Blocks : public SoftGpu {
 protected:
  template <Fault fault>
  std::vector<float> reversed() {
    std::vector<float> values(kThreads);
    std::iota(values.begin(), values.end(), 0.0f);
    float* x = upload(values);
    launch(reverse_twice<fault>, dim3(1), dim3(kThreads), stream_, x);
    return download(x, kThreads);
  }
};
using BlocksDeathTest = Blocks;

TEST_F(Blocks, BarriersHold) {
  std::vector<float> expected(kThreads);
  std::iota(expected.begin(), expected.end(), 0.0f);
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    set_seed(seed);
    EXPECT_EQ(reversed<Fault::none>(), expected);
  }
}

TEST_F(Blocks, AMissingBarrierGivesNan) {
  const std::vector<float> values = reversed<Fault::no_barrier>();
  EXPECT_TRUE(std::any_of(values.begin(), values.end(), [](float v) { return std::isnan(v); }));
}

TEST_F(Blocks, ATileThatIsOverwrittenTooEarlyGivesWrongValues) {
  std::vector<float> expected(kThreads);
  std::iota(expected.begin(), expected.end(), 0.0f);
  EXPECT_NE(reversed<Fault::no_second_barrier>(), expected);
}

TEST_F(BlocksDeathTest, BarriersInTwoBranches) {
  EXPECT_DEATH(reversed<Fault::branch>(),
               "softgpu: threads 0 and 1 wait at different barriers.*reverse_twice");
}

TEST_F(BlocksDeathTest, AThreadThatEndsWhileOthersWait) {
  EXPECT_DEATH(reversed<Fault::early_exit>(),
               "softgpu: thread 0 waits at .* thread 5 has ended.*reverse_twice");
}

__global__ void record_order(unsigned* order, unsigned* ticket) {
  order[atomicInc(ticket, 0xffffffffu)] = blockIdx.x * blockDim.x + threadIdx.x;
}

TEST_F(Blocks, BlocksAndThreadsComeInEveryOrder) {
  constexpr std::size_t kCount = 256;
  float* memory = upload(std::vector<float>(kCount + 1, 0.0f));
  auto* order = reinterpret_cast<unsigned*>(memory);
  launch(record_order, dim3(4), dim3(64), stream_, order, order + kCount);
  std::vector<unsigned> seen(kCount);
  ASSERT_EQ(cudaMemcpyAsync(seen.data(), order, kCount * 4, cudaMemcpyDeviceToHost, stream_), cudaSuccess);
  ASSERT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);
  EXPECT_EQ(std::set<unsigned>(seen.begin(), seen.end()).size(), kCount);
  EXPECT_FALSE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_TRUE(std::all_of(seen.begin(), seen.begin() + 64, [&](unsigned i) {
    return i / 64 == seen[0] / 64;
  })) << "a block of 64 threads without barriers was interrupted";
}

__global__ void indices(float* x) {
  const unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
  const unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
  x[block * blockDim.x * blockDim.y * blockDim.z + thread] = static_cast<float>(block * 1000 + thread);
}

TEST_F(Blocks, ThreeDimensions) {
  float* x = device_floats(2 * 3 * 4 * 5 * 6 * 7);
  launch(indices, dim3(2, 3, 4), dim3(5, 6, 7), stream_, x);
  const std::vector<float> values = download(x, 2 * 3 * 4 * 5 * 6 * 7);
  for (std::size_t i = 0; i < values.size(); ++i)
    ASSERT_EQ(values[i], static_cast<float>(i / 210 * 1000 + i % 210));
}

__global__ void shuffles(float* x, unsigned mask) {
  float v = x[threadIdx.x];
  for (int step = 16; step > 0; step /= 2) v += __shfl_down_sync(mask, v, step);
  v = __shfl_sync(mask, v, 0);
  v += __shfl_xor_sync(mask, v, 1) + __shfl_up_sync(mask, static_cast<float>(threadIdx.x % 32), 1);
  x[threadIdx.x] = v;
}

TEST_F(Blocks, Shuffles) {
  float* x = upload(std::vector<float>(64, 1.0f));
  launch(shuffles, dim3(1), dim3(64), stream_, x, 0xffffffffu);
  const std::vector<float> values = download(x, 64);
  for (int i = 0; i < 64; ++i) EXPECT_EQ(values[i], 64.0f + static_cast<float>(std::max(i % 32 - 1, 0))) << i;
}

TEST_F(BlocksDeathTest, ShufflesOfPartOfAWarp) {
  float* x = upload(std::vector<float>(64, 1.0f));
  const auto run = [&](unsigned threads, unsigned mask) {
    launch(shuffles, dim3(1), dim3(threads), stream_, x, mask);
    cudaStreamSynchronize(stream_);
  };
  EXPECT_DEATH(run(64, 0xffffu), "softgpu: the mask .* does not name the whole warp");
  EXPECT_DEATH(run(48, 0xffffffffu), "softgpu: a warp of 16 threads meets at");
}

__global__ void write_shared(float* x, int index) {
  MAYFLY_SHARED(float[8], before);
  MAYFLY_SHARED(float[8], tile);
  MAYFLY_SHARED(float[8], behind);
  before[0] = behind[0] = 0.0f;
  float* p = tile;
  p[index] = x[0];
  x[0] = p[index];
}

TEST_F(BlocksDeathTest, SharedMemoryOutOfBounds) {
  float* x = upload({1.0f});
  const auto run = [&](int index) {
    launch(write_shared, dim3(1), dim3(1), stream_, x, index);
    cudaStreamSynchronize(stream_);
  };
  run(0);
  run(7);
  EXPECT_DEATH(run(8), or_sanitizer("softgpu: a block wrote outside its shared memory"));
  EXPECT_DEATH(run(-1), or_sanitizer("softgpu: a block wrote outside its shared memory"));
}

__global__ void too_much_shared(float* x) {
  MAYFLY_SHARED(float[12 * 1024], whole);
  MAYFLY_SHARED(float, more);
  x[0] = whole[0] = more = 1.0f;
}

TEST_F(BlocksDeathTest, TooMuchSharedMemory) {
  float* x = upload({1.0f});
  const auto run = [&] {
    launch(too_much_shared, dim3(1), dim3(1), stream_, x);
    cudaStreamSynchronize(stream_);
  };
  EXPECT_DEATH(run(), "softgpu: a kernel has more than 49152 bytes of static shared");
}

TEST_F(Blocks, SizesThatNoDeviceTakes) {
  float* x = device_floats(1);
  const auto error = [&](dim3 grid, dim3 block) {
    try {
      launch(set_to, grid, block, stream_, x, 0.0f);
    } catch (const std::exception& thrown) {
      return std::string(thrown.what());
    }
    return std::string();
  };
  EXPECT_THAT(error(dim3(1), dim3(1025)), HasSubstr("cudaErrorInvalidConfiguration"));
  EXPECT_THAT(error(dim3(1), dim3(1, 1, 65)), HasSubstr("cudaErrorInvalidConfiguration"));
  EXPECT_THAT(error(dim3(1), dim3(0)), HasSubstr("cudaErrorInvalidConfiguration"));
  EXPECT_THAT(error(dim3(1, 65536), dim3(1)), HasSubstr("cudaErrorInvalidConfiguration"));
  EXPECT_THAT(error(dim3(1, 1, 65536), dim3(1)), HasSubstr("cudaErrorInvalidConfiguration"));
  EXPECT_EQ(error(dim3(0), dim3(1)), "") << "an empty grid is none";
  EXPECT_EQ(counts().launches, 0u);
}

__global__ void deep(float* x, int depth) {
  volatile char frame[1024];
  frame[depth % 1024] = 1;
  if (depth > 0) deep(x, depth - 1);
  x[0] = static_cast<float>(frame[depth % 1024]);
}

TEST_F(BlocksDeathTest, AStackThatRunsOver) {
  float* x = upload({1.0f});
  const auto run = [&] {
    launch(deep, dim3(1), dim3(1), stream_, x, 1000);
    cudaStreamSynchronize(stream_);
  };
  EXPECT_DEATH(run(), or_sanitizer("softgpu: a thread's stack ran over in kernel .*deep"));
}

}  // namespace
}  // namespace mayfly::softgpu
