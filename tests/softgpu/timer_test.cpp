// Time by events: what is measured, and when it may be asked for.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "core/error.h"
#include "kernels/backend.h"
#include "kernels/cuda/timer.h"
#include "tests/softgpu/softgpu.h"

namespace mayfly::cuda {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kWork{20};

void work(cudaStream_t stream) {
  check(softgpu::enqueue(stream, "work", [] { std::this_thread::sleep_for(kWork); }), "work");
}

double seconds(std::chrono::duration<double> time) {
  return time.count();
}

TEST(Timer, MeasuresWhatLiesBetween) {
  const Stream stream;
  CudaTimer timer(stream);
  for (const int pieces : {1, 3}) {  // the second time anew
    work(stream);
    stream.synchronise();
    const auto begin = Clock::now();
    timer.start();
    for (int i = 0; i < pieces; ++i) work(stream);
    timer.stop();
    stream.synchronise();
    const double most = seconds(Clock::now() - begin);
    work(stream);
    stream.synchronise();
    EXPECT_GE(timer.seconds(), 0.999 * pieces * seconds(kWork));  // milliseconds in binary32
    EXPECT_LE(timer.seconds(), 1.001 * most);
  }
}

TEST(Timer, CannotBeAskedBeforeItIsOver) {
  const Stream stream;
  CudaTimer timer(stream);
  EXPECT_THROW(timer.seconds(), DeviceError) << "never started";
  timer.start();
  work(stream);
  EXPECT_THROW(timer.seconds(), DeviceError) << "not stopped";
  timer.stop();
  EXPECT_THROW(timer.seconds(), DeviceError) << "not waited for";
  stream.synchronise();
  EXPECT_GT(timer.seconds(), 0);
}

}  // namespace
}  // namespace mayfly::cuda
