// Capturing and launching graphs.
#include <thread>

#include "softgpu_test.h"

namespace mayfly::softgpu {
namespace {

class Capturing : public SoftGpu {
 protected:
  void begin(cudaStreamCaptureMode mode = cudaStreamCaptureModeThreadLocal) {
    ASSERT_EQ(cudaStreamBeginCapture(stream_, mode), cudaSuccess);
  }
  cudaStreamCaptureStatus status() const {
    cudaStreamCaptureStatus status{};
    EXPECT_EQ(cudaStreamIsCapturing(stream_, &status), cudaSuccess);
    return status;
  }
  /// Begins, makes the call, ends: the call is refused and the capture spoilt.
  template <class Forbidden>
  void expect_spoilt(const char* what, const Forbidden& forbidden) {
    SCOPED_TRACE(what);
    begin();
    EXPECT_EQ(forbidden(), cudaErrorStreamCaptureUnsupported);
    EXPECT_EQ(status(), cudaStreamCaptureStatusInvalidated);
    cudaGraph_t graph = nullptr;
    EXPECT_EQ(cudaStreamEndCapture(stream_, &graph), cudaErrorStreamCaptureInvalidated);
    EXPECT_EQ(graph, nullptr);
    EXPECT_EQ(status(), cudaStreamCaptureStatusNone);
  }
};

TEST_F(Capturing, RecordsAndRunsNothing) {
  float *x = upload({0.0f}), *one = upload({1.0f});
  reset_counts();
  begin();
  EXPECT_EQ(status(), cudaStreamCaptureStatusActive);
  launch(add_to, dim3(1), dim3(1), stream_, x, one, 1);
  launch(add_to, dim3(1), dim3(1), stream_, x, one, 1);
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  ASSERT_EQ(cudaStreamEndCapture(stream_, &graph), cudaSuccess);
  std::size_t nodes = 0;
  EXPECT_EQ(cudaGraphGetNodes(graph, nullptr, &nodes), cudaSuccess);
  EXPECT_EQ(nodes, 2u);
  ASSERT_EQ(cudaGraphInstantiate(&executable, graph, 0), cudaSuccess);
  ASSERT_EQ(cudaGraphDestroy(graph), cudaSuccess);
  EXPECT_EQ(cudaGraphUpload(executable, stream_), cudaSuccess);
  EXPECT_EQ(download(x, 1)[0], 0.0f);
  for (int i = 0; i < 3; ++i) ASSERT_EQ(cudaGraphLaunch(executable, stream_), cudaSuccess);
  ASSERT_EQ(cudaGraphExecDestroy(executable), cudaSuccess);  // the launches to come keep it
  EXPECT_EQ(counts().kernels, 0u);
  EXPECT_EQ(download(x, 1)[0], 6.0f);
  EXPECT_EQ(counts().kernels, 6u);
  EXPECT_EQ(counts().launches, 0u);
  EXPECT_EQ(counts().graph_launches, 3u);
  ASSERT_EQ(captured_graphs().size(), 1u);
  EXPECT_THAT(captured_graphs()[0], testing::ElementsAre(HasSubstr("add_to"), HasSubstr("add_to")));
}

TEST_F(Capturing, ForbidsWhatMayWait) {
  float *x = device_floats(1), *y = nullptr, pageable = 0;
  cudaEvent_t event = nullptr;
  ASSERT_EQ(cudaEventCreateWithFlags(&event, 0), cudaSuccess);
  expect_spoilt("malloc", [&] { return cudaMalloc(&y, 4); });
  expect_spoilt("free", [&] { return cudaFree(x); });
  expect_spoilt("pinned", [&] { return cudaMallocHost(&y, 4); });
  expect_spoilt("stream", [&] { return cudaStreamSynchronize(stream_); });
  expect_spoilt("other stream", [&] { return cudaStreamSynchronize(other_); });
  expect_spoilt("device", [&] { return cudaDeviceSynchronize(); });
  expect_spoilt("event", [&] { return cudaEventSynchronize(event); });
  expect_spoilt("query", [&] { return cudaEventQuery(event); });
  expect_spoilt("poll", [&] { return cudaStreamQuery(stream_); });
  expect_spoilt("pageable copy",
                [&] { return cudaMemcpyAsync(x, &pageable, 4, cudaMemcpyHostToDevice, stream_); });
  ASSERT_EQ(cudaEventDestroy(event), cudaSuccess);
}

TEST_F(Capturing, ASpoiltCaptureTakesNothing) {
  float *x = device_floats(1), *y = nullptr;
  begin();
  EXPECT_EQ(cudaMalloc(&y, 4), cudaErrorStreamCaptureUnsupported);
  EXPECT_EQ(cudaMemsetAsync(x, 0, 4, stream_), cudaErrorStreamCaptureInvalidated);
  cudaGraph_t graph = nullptr;
  EXPECT_EQ(cudaStreamEndCapture(stream_, &graph), cudaErrorStreamCaptureInvalidated);
}

TEST_F(Capturing, OtherThreadsMayAllocateUnlessTheModeIsGlobal) {
  const auto allocate = [] {
    float* x = nullptr;
    const cudaError_t error = cudaMalloc(&x, 4);
    if (error == cudaSuccess) cudaFree(x);
    return error;
  };
  cudaError_t error = cudaErrorUnknown;
  cudaGraph_t graph = nullptr;
  begin(cudaStreamCaptureModeThreadLocal);
  std::thread([&] { error = allocate(); }).join();
  EXPECT_EQ(error, cudaSuccess);
  ASSERT_EQ(cudaStreamEndCapture(stream_, &graph), cudaSuccess);
  ASSERT_EQ(cudaGraphDestroy(graph), cudaSuccess);
  begin(cudaStreamCaptureModeGlobal);
  std::thread([&] { error = allocate(); }).join();
  EXPECT_EQ(error, cudaErrorStreamCaptureUnsupported);
  EXPECT_EQ(cudaStreamEndCapture(stream_, &graph), cudaErrorStreamCaptureInvalidated);
}

TEST_F(Capturing, DoesNotMixWithWorkOutside) {
  cudaEvent_t event = nullptr;
  ASSERT_EQ(cudaEventCreateWithFlags(&event, 0), cudaSuccess);
  ASSERT_EQ(cudaEventRecord(event, other_), cudaSuccess);
  begin();
  EXPECT_EQ(cudaStreamWaitEvent(stream_, event), cudaErrorStreamCaptureIsolation);
  cudaGraph_t graph = nullptr;
  EXPECT_EQ(cudaStreamEndCapture(stream_, &graph), cudaErrorStreamCaptureInvalidated);
  EXPECT_EQ(cudaStreamEndCapture(stream_, &graph), cudaErrorIllegalState);
  ASSERT_EQ(cudaEventDestroy(event), cudaSuccess);
}

}  // namespace
}  // namespace mayfly::softgpu
