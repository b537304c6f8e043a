// Machines without devices, and failures that a test plans.
#include "softgpu_test.h"

namespace mayfly::softgpu {
namespace {

class Errors : public SoftGpu {
 protected:
  /// After cudaDeviceReset() the streams are gone.
  void new_streams() {
    ASSERT_EQ(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), cudaSuccess);
    ASSERT_EQ(cudaStreamCreateWithFlags(&other_, cudaStreamNonBlocking), cudaSuccess);
  }
};

TEST_F(Errors, Devices) {
  int count = 0, value = 0;
  EXPECT_EQ(cudaGetDeviceCount(&count), cudaSuccess);
  EXPECT_EQ(count, 2);
  EXPECT_EQ(cudaSetDevice(2), cudaErrorInvalidDevice);
  EXPECT_EQ(cudaDeviceGetAttribute(&value, cudaDevAttrMultiProcessorCount, 1), cudaSuccess);
  EXPECT_EQ(value, 80);
  cudaDeviceProp first{}, second{};
  EXPECT_EQ(cudaGetDeviceProperties(&first, 0), cudaSuccess);
  EXPECT_EQ(cudaGetDeviceProperties(&second, 1), cudaSuccess);
  EXPECT_EQ(first.major, 7);
  EXPECT_NE(std::string(first.uuid.bytes, 16), std::string(second.uuid.bytes, 16));
  EXPECT_EQ(cudaGetLastError(), cudaErrorInvalidDevice);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
}

TEST_F(Errors, NoDeviceOrNoDriver) {
  int count = 7, version = 7;
  Settings none;
  none.devices = 0;
  configure(none);
  EXPECT_EQ(cudaGetDeviceCount(&count), cudaErrorNoDevice);
  EXPECT_EQ(count, 0);
  Settings without_driver;
  without_driver.driver_version = 0;
  configure(without_driver);
  EXPECT_EQ(cudaGetDeviceCount(&count), cudaErrorInsufficientDriver);
  EXPECT_EQ(cudaDriverGetVersion(&version), cudaSuccess);
  EXPECT_EQ(version, 0);
  configure({});
}

TEST_F(Errors, HaveTheirNames) {
  EXPECT_STREQ(cudaGetErrorName(cudaErrorIllegalAddress), "cudaErrorIllegalAddress");
  EXPECT_STREQ(cudaGetErrorName(static_cast<cudaError_t>(1001)), "unrecognized error code");
  EXPECT_STRNE(cudaGetErrorString(cudaErrorMemoryAllocation), "");
}

TEST_F(Errors, ThatAreNotStickyComeOnce) {
  float* x = device_floats(1);
  fail_next(Call::set, cudaErrorNotPermitted, 1);
  EXPECT_EQ(cudaMemsetAsync(x, 0, 4, stream_), cudaSuccess);
  EXPECT_EQ(cudaMemsetAsync(x, 0, 4, stream_), cudaErrorNotPermitted);
  EXPECT_EQ(cudaMemsetAsync(x, 0, 4, stream_), cudaSuccess);
  EXPECT_EQ(cudaPeekAtLastError(), cudaErrorNotPermitted);
  EXPECT_EQ(cudaGetLastError(), cudaErrorNotPermitted);
  fail_next(Call::launch, cudaErrorNoKernelImageForDevice);
  EXPECT_THROW(launch(set_to, dim3(1), dim3(1), stream_, x, 1.0f), std::runtime_error);
  launch(set_to, dim3(1), dim3(1), stream_, x, 1.0f);
}

TEST_F(Errors, OfAKernelComeLaterAndStick) {
  float *mine = nullptr, *x = nullptr;
  ASSERT_EQ(cudaMalloc(&mine, 4), cudaSuccess);
  fail_next(Call::kernel, cudaErrorIllegalAddress, 1);
  for (int i = 0; i < 3; ++i) launch(set_to, dim3(1), dim3(1), stream_, mine, 1.0f);
  EXPECT_EQ(cudaStreamSynchronize(stream_), cudaErrorIllegalAddress);
  EXPECT_EQ(counts().kernels, 1u) << "the work behind it is lost";
  EXPECT_EQ(cudaMalloc(&x, 4), cudaErrorIllegalAddress);
  EXPECT_EQ(cudaGetLastError(), cudaErrorIllegalAddress);
  EXPECT_EQ(cudaGetLastError(), cudaErrorIllegalAddress);
  EXPECT_THROW(launch(set_to, dim3(1), dim3(1), stream_, mine, 1.0f), std::runtime_error);
  EXPECT_EQ(cudaFree(mine), cudaErrorIllegalAddress) << "but it is freed";
  EXPECT_EQ(cudaStreamDestroy(stream_), cudaErrorIllegalAddress);
  ASSERT_EQ(cudaSetDevice(1), cudaSuccess) << "the other device knows nothing of it";
  EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  EXPECT_EQ(cudaSetDevice(0), cudaErrorIllegalAddress);
  EXPECT_EQ(cudaDeviceReset(), cudaSuccess);
  EXPECT_EQ(cudaGetLastError(), cudaSuccess);
  EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
  new_streams();
}

TEST_F(Errors, OfAKernelInAGraph) {
  float* mine = nullptr;
  ASSERT_EQ(cudaMalloc(&mine, 4), cudaSuccess);
  ASSERT_EQ(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal), cudaSuccess);
  for (int i = 0; i < 3; ++i) launch(set_to, dim3(1), dim3(1), stream_, mine, 1.0f);
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  ASSERT_EQ(cudaStreamEndCapture(stream_, &graph), cudaSuccess);
  ASSERT_EQ(cudaGraphInstantiate(&executable, graph, 0), cudaSuccess);
  fail_next(Call::kernel, cudaErrorLaunchFailure, 4);
  ASSERT_EQ(cudaGraphLaunch(executable, stream_), cudaSuccess);
  ASSERT_EQ(cudaStreamSynchronize(stream_), cudaSuccess);
  ASSERT_EQ(cudaGraphLaunch(executable, stream_), cudaSuccess);
  EXPECT_EQ(cudaStreamSynchronize(stream_), cudaErrorLaunchFailure);
  EXPECT_EQ(counts().kernels, 4u);
  EXPECT_EQ(cudaDeviceReset(), cudaSuccess) << "takes all that is left with it";
  new_streams();
}

TEST_F(Errors, AResetTellsWhatItTakes) {
  float* x = nullptr;
  ASSERT_EQ(cudaMalloc(&x, 400), cudaSuccess);
  testing::internal::CaptureStderr();
  EXPECT_EQ(cudaDeviceReset(), cudaSuccess);
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("softgpu: lost by cudaDeviceReset: allocation"));
  EXPECT_THAT(said, HasSubstr("softgpu: lost by cudaDeviceReset: 2 streams on device 0"));
  new_streams();
}

}  // namespace
}  // namespace mayfly::softgpu
