#include "trainer/device_memory.h"

#include <gtest/gtest.h>

#include "generator/estimate.h"
#include "tests/trainer/tiny.h"

namespace mayfly {
namespace {

TEST(DeviceMemoryTest, CountsWholeGroupsOfFourChannels) {
  NetworkSpec narrow = tests::tiny_spec();  // 6 and 5 channels, 9 and 5 features
  NetworkSpec whole = narrow;
  whole.conv_blocks[0].out_channels = 8;
  whole.conv_blocks[1].out_channels = 8;
  whole.hidden_linears[0].out_features = 12;
  whole.classes = 8;
  const auto bytes = [](const NetworkSpec& spec, ImageShape image) {
    return estimate_device_memory(network_shapes(spec, image), spec.sgd, 0, Arithmetic::exact);
  };
  EXPECT_EQ(bytes(narrow, tests::kTinyImage), bytes(whole, {4, 7, 7}));
}

TEST(DeviceMemoryTest, AddsTheDataSetAndTheVendorsWorkspaces) {
  const NetworkShapes shapes = network_shapes(tests::tiny_spec(), tests::kTinyImage);
  const SgdSpec sgd = tests::tiny_spec().sgd;
  const std::uint64_t alone = estimate_device_memory(shapes, sgd, 0, Arithmetic::exact);
  EXPECT_GT(alone, static_cast<std::uint64_t>(training_memory(shapes, sgd)));
  EXPECT_EQ(estimate_device_memory(shapes, sgd, 1000, Arithmetic::exact), alone + 1000);
  EXPECT_GE(estimate_device_memory(shapes, sgd, 0, Arithmetic::fast), alone + (std::uint64_t{256} << 20));
}

TEST(DeviceMemoryTest, IsWrittenInMebibytesOrGibibytes) {
  EXPECT_EQ(memory_text(931 << 10), "0.9 MiB");
  EXPECT_EQ(memory_text(std::uint64_t{1023} << 20), "1023.0 MiB");
  EXPECT_EQ(memory_text(std::uint64_t{250} << 30), "250.0 GiB");
}

}  // namespace
}  // namespace mayfly
