// A recording whose body fails: what it leaves behind.
#include <gtest/gtest.h>

#include <stdexcept>

#include "kernels/cuda/runtime.h"
#include "tests/softgpu/softgpu.h"

namespace mayfly::cuda {
namespace {

TEST(Graph, AFailedRecordingLeavesTheStreamAsItWas) {
  const Stream stream;
  const Buffer memory = allocate(16, stream);
  const auto clear = [&] { check(cudaMemsetAsync(memory.data(), 0, 16, stream), "clear"); };
  const auto clear_and_fail = [&] {
    clear();
    throw std::runtime_error("a layer failed");
  };
  const std::size_t living = softgpu::report_leaks().size();
  EXPECT_THROW(Graph(stream, clear_and_fail), std::runtime_error);
  EXPECT_EQ(softgpu::report_leaks().size(), living) << "the recorded graph";
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusActive;
  ASSERT_EQ(cudaStreamIsCapturing(stream, &status), cudaSuccess);
  EXPECT_EQ(status, cudaStreamCaptureStatusNone);
  Graph(stream, clear).launch(stream);
  stream.synchronise();
}

}  // namespace
}  // namespace mayfly::cuda
