// What a thread keeps of CUDA's state from one network to the next: the current device, and errors that
// nobody was told. None of it may be another network's misfortune.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <thread>
#include <vector>

#include "core/error.h"
#include "kernels/backend.h"
#include "tests/softgpu/softgpu.h"

namespace mayfly {
namespace {

void use(Backend& backend) {
  backend.set_counters({});
  backend.synchronise();
}

TEST(Recovery, QuestionsToAnotherDeviceChangeNothing) {
  const auto devices = open_devices("cuda", Arithmetic::fast);
  ASSERT_EQ(devices.size(), 2U);
  const auto backend = devices[0]->make_backend(1);
  EXPECT_EQ(devices[1]->numerics(), devices[0]->numerics());
  EXPECT_NO_THROW(use(*backend));
}

TEST(Recovery, ARecordingThatFailsFailsAlone) {
  const auto backend = make_backend("cuda:0", 1);
  const std::function<void()> step = backend->record([&] { use(*backend); });
  EXPECT_NO_THROW(step());            // as it is
  EXPECT_THROW(step(), DeviceError);  // recorded: it may not wait
  EXPECT_NO_THROW(use(*backend));
}

/// Another thread's backend dies with the device; that thread only learns of it while it cleans up.
TEST(Recovery, AThreadThatWasNotToldBeginsAnew) {
  const auto device = open_devices("cuda:0").front();
  std::promise<void> lost, was_reset;
  std::promise<void> ready, cleaned;
  std::thread other([&] {
    {
      const auto backend = device->make_backend(1);
      ready.set_value();
      lost.get_future().wait();
    }
    cleaned.set_value();
    was_reset.get_future().wait();
    EXPECT_NO_THROW(use(*device->make_backend(1)));
  });
  ready.get_future().wait();
  softgpu::fail_next(softgpu::Call::kernel, cudaErrorIllegalAddress);
  EXPECT_THROW(use(*device->make_backend(1)), DeviceLost);
  lost.set_value();
  cleaned.get_future().wait();
  EXPECT_NO_THROW(device->reset());
  was_reset.set_value();
  other.join();
}

/// One image for one layer; a step is recorded and repeated.
void short_life(Device& device) {
  const auto backend = device.make_backend(1);
  const std::vector<std::uint8_t> pixels(16), labels(1);
  const auto dataset = backend->make_dataset(pixels, labels, {1, 4, 4});
  const auto gather = backend->make_gather({.batch = 1, .image = {1, 4, 4}}, std::vector<float>(256));
  const auto conv = backend->make_conv2d({.batch = 1,
                                          .in_channels = 16,
                                          .height = 1,
                                          .width = 1,
                                          .out_channels = 1,
                                          .kernel_size = 1,
                                          .out_height = 1,
                                          .out_width = 1});
  const std::vector<float> values(16);
  Buffer buffer = backend->allocate(values.size() * sizeof(float));
  backend->upload(values.data(), buffer.data(), buffer.bytes());
  const auto timer = backend->make_timer();
  const std::function<void()> step = backend->record([&] { backend->advance(true); });
  timer->start();
  for (int i = 0; i < 3; ++i) step();  // as it is, recorded, once more
  timer->stop();
  backend->read_sums();
  EXPECT_GE(timer->seconds(), 0);
  EXPECT_EQ(backend->counters().updates, 3U);
}

/// All kinds of calls that the engine makes, most more than once.
void whole_life() {
  const auto device = open_device("cuda:0");
  EXPECT_GT(device->peak().flops, 0);
  EXPECT_GT(device->free_memory(), 0U);
  short_life(*device);
}

class FailingCalls : public testing::TestWithParam<softgpu::Call> {
 protected:
  void TearDown() override { softgpu::clear_failures(); }
};

TEST_P(FailingCalls, AreToldAndLeaveNothingBehind) {
  int told = 0;
  for (unsigned after = 0;; ++after) {
    softgpu::fail_next(GetParam(), cudaErrorNotPermitted, after);
    try {
      whole_life();
      EXPECT_EQ(softgpu::planned_failures(), 1U) << "nobody was told of call " << after;
      break;  // there are no more such calls
    } catch (const DeviceError& error) {
      ++told;
      EXPECT_THAT(error.what(), testing::HasSubstr("cudaErrorNotPermitted"));
    }
    softgpu::clear_failures();
    EXPECT_THAT(softgpu::report_leaks(), testing::IsEmpty());
    EXPECT_NO_THROW(whole_life());
  }
  EXPECT_GT(told, 0);
}

using softgpu::Call;
INSTANTIATE_TEST_SUITE_P(Kinds, FailingCalls,
                         testing::Values(Call::ask, Call::set_device, Call::find_kernel, Call::allocate,
                                         Call::allocate_host, Call::launch, Call::copy, Call::set,
                                         Call::synchronise, Call::create_stream, Call::create_event,
                                         Call::record_event, Call::begin_capture, Call::end_capture,
                                         Call::instantiate, Call::graph_launch));

class StickyErrors : public testing::TestWithParam<cudaError_t> {};

TEST_P(StickyErrors, AreALostDevice) {
  const auto device = open_devices("cuda:0").front();
  softgpu::fail_next(softgpu::Call::kernel, GetParam());
  EXPECT_THROW(short_life(*device), DeviceLost);
  EXPECT_NO_THROW(device->reset());
  EXPECT_NO_THROW(short_life(*device));
}

INSTANTIATE_TEST_SUITE_P(Codes, StickyErrors,
                         testing::Values(cudaErrorIllegalAddress, cudaErrorLaunchTimeout,
                                         cudaErrorLaunchFailure, cudaErrorHardwareStackError,
                                         cudaErrorIllegalInstruction, cudaErrorMisalignedAddress,
                                         cudaErrorInvalidAddressSpace, cudaErrorInvalidPc, cudaErrorAssert,
                                         cudaErrorECCUncorrectable, cudaErrorNvlinkUncorrectable,
                                         cudaErrorContextIsDestroyed, cudaErrorContained,
                                         cudaErrorTensorMemoryLeak, cudaErrorMpsClientTerminated,
                                         cudaErrorUnknown));

TEST(Recovery, ACopyThatFailsWhenItRunsLosesTheDevice) {
  const auto device = open_devices("cuda:0").front();
  softgpu::fail_next(softgpu::Call::copy_runs, cudaErrorIllegalAddress, 1);
  EXPECT_THROW(short_life(*device), DeviceLost);
  EXPECT_NO_THROW(device->reset());
  EXPECT_NO_THROW(short_life(*device));
}

}  // namespace
}  // namespace mayfly
