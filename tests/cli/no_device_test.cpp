// A machine without a GPU: a program that was built with CUDA and one that was not behave alike.
#include <gmock/gmock.h>

#include "program.h"
#include "tests/support/scratch_folder.h"
#include "tiny_campaign.h"

namespace mayfly {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

constexpr int kDeviceError = 6;

/// Hides what GPUs there are: the test holds on any machine.
const Surroundings kNoGpu{.environment = {"CUDA_VISIBLE_DEVICES="}};

auto says_what_is_missing() {
  return AllOf(HasSubstr("cuda: "), HasSubstr("use --device cpu, or "),
               AnyOf(HasSubstr("this build has no CUDA"), HasSubstr("driver"), HasSubstr("no CUDA device")));
}

class WithoutGpu : public testing::Test {
 protected:
  void SetUp() override {
    write_tiny_fashion_mnist(data);
    ASSERT_EQ(mayfly(init_arguments(folder, 1)).exit_code, 0);
  }
  Outcome run(const std::string& device) const {
    return mayfly({"run", folder, "--data-root", data, "--device", device}, kNoGpu);
  }

  ScratchFolder scratch;
  const std::filesystem::path data = scratch.path() / "data";
  const std::filesystem::path folder = scratch.path() / "trial";
};

TEST_F(WithoutGpu, RunOnCudaSaysWhatIsMissingAndLeavesTheCampaignToTheCpu) {
  for (const std::string device : {"cuda", "cuda:0", "cuda:0,1"}) {
    const Outcome refused = run(device);
    EXPECT_EQ(refused.exit_code, kDeviceError) << refused.err;
    EXPECT_THAT(refused.err, says_what_is_missing());
    EXPECT_FALSE(std::filesystem::exists(folder / "tables"));
  }
  const Outcome outcome = run("cpu");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(tables_of(folder).size(), 1u);
}

TEST_F(WithoutGpu, TrainOnCudaSaysWhatIsMissing) {
  const Outcome outcome =
      mayfly({"train", folder, "--index", "0", "--data-root", data, "--device", "cuda"}, kNoGpu);
  EXPECT_EQ(outcome.exit_code, kDeviceError) << outcome.err;
  EXPECT_THAT(outcome.err, says_what_is_missing());
}

TEST_F(WithoutGpu, VersionSaysWhetherCudaIsInTheBuild) {
  const Outcome outcome = mayfly({"version"}, kNoGpu);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AnyOf(HasSubstr("\nno CUDA\n"), HasSubstr("\nCUDA 1")));
}

}  // namespace
}  // namespace mayfly
