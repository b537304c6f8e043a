// What the devices say of themselves, and how they are named.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "core/error.h"
#include "kernels/backend.h"
#include "tests/softgpu/softgpu.h"

namespace mayfly {
namespace {

class Devices : public testing::Test {
 protected:
  void TearDown() override { softgpu::configure(before_); }

  /// The first one, where GPUs are of this compute capability.
  std::shared_ptr<Device> of_capability(int major, int minor) const {
    softgpu::Settings settings = before_;
    settings.major = major;
    settings.minor = minor;
    softgpu::configure(settings);
    return open_device("cuda:0");
  }

  const softgpu::Settings before_ = softgpu::settings();
};

TEST_F(Devices, TellWhatTheyAre) {
  EXPECT_EQ(of_capability(8, 6)->information(),
            fmt::format("cuda:0: software GPU, compute capability 8.6, 80 multiprocessors, {:.1f} GiB, "
                        "driver for CUDA 12.4, runtime {}.{}",
                        static_cast<double>(before_.memory) / 1073741824, CUDART_VERSION / 1000,
                        CUDART_VERSION % 1000 / 10));
}

/// Clock and bus are those of a V100.
TEST_F(Devices, KnowTheirPeak) {
  const std::pair<std::pair<int, int>, int> units[] = {{{7, 0}, 64},  {{7, 5}, 64},  {{8, 0}, 64},
                                                       {{8, 6}, 128}, {{9, 0}, 128}, {{12, 0}, 128}};
  for (const auto& [capability, fma_units] : units) {
    const DevicePeak peak = of_capability(capability.first, capability.second)->peak();
    EXPECT_DOUBLE_EQ(peak.flops, 2.0 * fma_units * 80 * 1.38e9) << capability.first << capability.second;
    EXPECT_DOUBLE_EQ(peak.bytes, 2.0 * 877e6 * 4096 / 8);
  }
}

/// What opening them says.
std::string refusal(const std::string& devices = "cuda", Arithmetic arithmetic = Arithmetic::exact) {
  try {
    open_devices(devices, arithmetic);
  } catch (const DeviceError& error) {
    return error.what();
  }
  return "";
}

TEST_F(Devices, SayWhatIsMissing) {
  softgpu::Settings missing = before_;
  missing.driver_version = 0;
  softgpu::configure(missing);
  EXPECT_THAT(refusal(), testing::HasSubstr("cuda: no NVIDIA driver was found; use --device cpu, or "));
  EXPECT_THAT(refusal("cuda", Arithmetic::fast),
              testing::HasSubstr("no NVIDIA driver was found; use a machine"));
  missing = before_;
  missing.driver_version = 11090;
  softgpu::configure(missing);
  EXPECT_THAT(refusal(),
              testing::HasSubstr("the NVIDIA driver is for CUDA 11.9 and too old for this program, "
                                 "made with CUDA 12.4; use --device cpu, or a newer driver"));
  missing = before_;
  missing.devices = 0;
  softgpu::configure(missing);
  EXPECT_THAT(refusal(), testing::HasSubstr("no CUDA device is visible"));
}

TEST_F(Devices, AProgramForOtherGpusSaysSoWhenItOpensOne) {
  for (const cudaError_t error : {cudaErrorNoKernelImageForDevice, cudaErrorInvalidDeviceFunction}) {
    softgpu::fail_next(softgpu::Call::find_kernel, error, 1);
    EXPECT_THAT(refusal(),
                testing::AllOf(testing::HasSubstr("run on cuda:1 (software GPU, compute capability 7.0)"),
                               testing::HasSubstr("was built for other GPUs")));
  }
  softgpu::fail_next(softgpu::Call::find_kernel, cudaErrorNoKernelImageForDevice);
  EXPECT_THROW(open_device("cuda:0"), DeviceError);
  EXPECT_EQ(visible_gpus(), 2) << "doctor asks for one after the other";
  EXPECT_EQ(open_devices("cuda").size(), 2U);
}

TEST_F(Devices, ListsThatAreNoneAreRefused) {
  for (const char* devices : {"cuda:", "cuda:x", "cuda:-1", "cuda:0,", "cuda:0,0", "cuda:1,0,1", "gpu"})
    EXPECT_THROW(open_devices(devices), UsageError) << devices;
  EXPECT_EQ(open_devices("cuda:1,0").front()->name(), "cuda:1");
  EXPECT_THAT(refusal("cuda:0,2"), testing::HasSubstr("there is no cuda:2; visible are cuda:0 to cuda:1"));
}

}  // namespace
}  // namespace mayfly
