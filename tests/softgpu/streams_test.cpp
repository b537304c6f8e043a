// Streams, events and captures: what is deferred, in which order it may run, and what a capture forbids.
#include <set>
#include <thread>

#include "softgpu_test.h"

namespace mayfly::softgpu {
namespace {

class Streams : public SoftGpu {
 protected:
  /// One stream writes, the other reads; `event`: with an event in between.
  float read_what_the_other_wrote(bool event) {
    float *x = upload({1.0f}), *y = device_floats(1);
    launch(set_to, dim3(1), dim3(1), other_, x, 2.0f);
    cudaEvent_t written = nullptr;
    EXPECT_EQ(cudaEventCreateWithFlags(&written, cudaEventDisableTiming), cudaSuccess);
    EXPECT_EQ(cudaEventRecord(written, other_), cudaSuccess);
    EXPECT_EQ(event ? cudaStreamWaitEvent(stream_, written) : cudaSuccess, cudaSuccess);
    EXPECT_EQ(cudaEventDestroy(written), cudaSuccess);
    launch(copy_one, dim3(1), dim3(1), stream_, y, x);
    return download(y, 1)[0];
  }
};
using StreamsDeathTest = Streams;

TEST_F(Streams, WorkWaitsForASynchronisation) {
  float host = 1.0f;
  float* x = device_floats(1);
  ASSERT_EQ(cudaMemcpyAsync(x, &host, 4, cudaMemcpyHostToDevice, stream_), cudaSuccess);
  launch(set_to, dim3(1), dim3(1), other_, x + 0, 3.0f);
  EXPECT_EQ(counts().kernels + counts().copies, 0u);
  host = 5.0f;  // the copy reads its source when it runs
  EXPECT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);
  EXPECT_EQ(counts().copies, 1u);
  EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  EXPECT_EQ(counts().kernels, 1u);
  EXPECT_EQ(counts().launches, 1u);
  EXPECT_EQ(counts().synchronisations, 2u);
}

TEST_F(Streams, AMissingEventShowsUnderSomeSeed) {
  std::set<float> seen;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    set_seed(seed);
    seen.insert(read_what_the_other_wrote(false));
  }
  EXPECT_EQ(seen, (std::set<float>{1.0f, 2.0f}));
}

TEST_F(Streams, EventsOrderStreams) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    set_seed(seed);
    EXPECT_EQ(read_what_the_other_wrote(true), 2.0f);
  }
}

TEST_F(Streams, EventsAreWaitedFor) {
  float* x = device_floats(1);
  cudaEvent_t from = nullptr, to = nullptr;
  ASSERT_EQ(cudaEventCreateWithFlags(&from, cudaEventDefault), cudaSuccess);
  ASSERT_EQ(cudaEventCreateWithFlags(&to, cudaEventDefault), cudaSuccess);
  ASSERT_EQ(cudaEventRecord(from, stream_), cudaSuccess);
  launch(set_to, dim3(1), dim3(1), stream_, x, 3.0f);
  ASSERT_EQ(cudaEventRecord(to, stream_), cudaSuccess);
  float milliseconds = -1;
  EXPECT_EQ(cudaEventElapsedTime(&milliseconds, from, to), cudaErrorNotReady);
  ASSERT_EQ(cudaEventSynchronize(to), cudaSuccess);
  EXPECT_EQ(counts().kernels, 1u);
  EXPECT_EQ(cudaEventElapsedTime(&milliseconds, from, to), cudaSuccess);
  EXPECT_GE(milliseconds, 0.0f);
  EXPECT_EQ(cudaEventQuery(to), cudaSuccess);
  ASSERT_EQ(cudaEventDestroy(from), cudaSuccess);
  ASSERT_EQ(cudaEventDestroy(to), cudaSuccess);
}

TEST_F(Streams, PollingGetsThere) {
  launch(set_to, dim3(1), dim3(1), stream_, device_floats(1), 3.0f);
  int polls = 0;
  while (cudaStreamQuery(stream_) == cudaErrorNotReady) ++polls;
  EXPECT_LT(polls, 1000);
  EXPECT_EQ(counts().kernels, 1u);
}

TEST_F(StreamsDeathTest, TheLegacyDefaultStream) {
  float* x = device_floats(1);
  EXPECT_DEATH(launch(set_to, dim3(1), dim3(1), nullptr, x, 1.0f),
               "softgpu: kernel launch: the legacy default");
  EXPECT_DEATH(cudaMemsetAsync(x, 0, 4, nullptr), "softgpu: cudaMemsetAsync: the legacy default stream");
  EXPECT_DEATH(cudaStreamSynchronize(nullptr), "softgpu: cudaStreamSynchronize: the legacy default stream");
}

TEST_F(StreamsDeathTest, ADestroyedStream) {
  cudaStream_t stream = nullptr;
  ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
  ASSERT_EQ(cudaStreamDestroy(stream), cudaSuccess);
  EXPECT_DEATH(cudaStreamSynchronize(stream), "softgpu: cudaStreamSynchronize: this stream was destroyed");
}

TEST_F(Streams, FreeingWaitsForTheDevice) {
  float* x = nullptr;
  ASSERT_EQ(cudaMalloc(&x, 4), cudaSuccess);
  launch(set_to, dim3(1), dim3(1), stream_, x, 1.0f);
  ASSERT_EQ(cudaFree(x), cudaSuccess);
  EXPECT_EQ(counts().kernels, 1u);
}

TEST_F(Streams, FunctionsAreDeferredLikeKernels) {
  float* x = device_floats(1);
  ASSERT_EQ(enqueue(stream_, "three", [x] { *x = 3.0f; }), cudaSuccess);
  EXPECT_EQ(counts().functions, 0u);
  EXPECT_EQ(download(x, 1)[0], 3.0f);
  EXPECT_EQ(counts().functions, 1u);
}

TEST_F(StreamsDeathTest, FunctionsDoNotCallCuda) {
  const auto run = [&] {
    enqueue(stream_, "nested", [&] { cudaStreamSynchronize(other_); });
    cudaStreamSynchronize(stream_);
  };
  EXPECT_DEATH(run(), "softgpu: cudaStreamSynchronize: called by a function that runs on a stream");
}

TEST_F(Streams, SeveralHostThreads) {
  const auto work = [] {
    cudaStream_t stream = nullptr;
    float *x = nullptr, host[64] = {};
    ASSERT_EQ(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), cudaSuccess);
    ASSERT_EQ(cudaMalloc(&x, sizeof(host)), cudaSuccess);
    for (int round = 0; round < 50; ++round) {
      launch(set_to, dim3(2), dim3(32), stream, x, static_cast<float>(round));
      ASSERT_EQ(cudaMemcpyAsync(host, x, sizeof(host), cudaMemcpyDeviceToHost, stream), cudaSuccess);
      ASSERT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
      for (const float value : host) ASSERT_EQ(value, static_cast<float>(round));
    }
    ASSERT_EQ(cudaFree(x), cudaSuccess);
    ASSERT_EQ(cudaStreamDestroy(stream), cudaSuccess);
  };
  std::thread first(work), second(work);
  first.join();
  second.join();
}

}  // namespace
}  // namespace mayfly::softgpu
