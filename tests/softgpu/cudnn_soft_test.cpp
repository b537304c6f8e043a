// Which plan is chosen from a list with everything that must be refused, and that the software cuDNN and
// cuBLAS notice misuse.
#include <gmock/gmock.h>

#include <chrono>
#include <future>
#include <memory>

#include "core/error.h"
#include "kernels/cuda/runtime.h"
#include "kernels/cuda/vendor/handles.h"
#include "kernels/cuda/vendor/plan_choice.h"
#include "kernels/cuda/vendor/status.h"
#include "vendor_soft.h"

namespace mayfly::cuda {
namespace {

using testing::HasSubstr;

constexpr Conv2dShape kShape{2, 3, 8, 8, 4, 3, 1, 1, 8, 8};
constexpr Conv2dShape kStrided{2, 3, 8, 8, 4, 3, 2, 1, 4, 4};

class VendorPlans : public testing::Test {
 protected:
  ConvPlan choose(const Conv2dShape& shape, Direction direction) const {
    return choose_plan(shape, direction, HandleTarget(handles_.for_cudnn()));
  }
  /// What the error says.
  template <class Work>
  static std::string refusal(const Work& work) {
    try {
      work();
    } catch (const DeviceError& error) {
      return error.what();
    }
    return "no error";
  }

  Stream stream_;
  VendorHandles handles_{stream_};
};

TEST_F(VendorPlans, TheFirstAllowedOneIsChosen) {
  for (const Direction direction :
       {Direction::forward, Direction::data_gradient, Direction::weight_gradient}) {
    const ConvPlan plan = choose(kShape, direction);
    EXPECT_EQ(plan.engine.index, softgpu::kGoodEngine) << name_of(direction);
    EXPECT_FALSE(plan.from_fallback);
    EXPECT_GT(plan.workspace_bytes, 0u);
  }
}

TEST_F(VendorPlans, ModeFallbackIsAskedWhereModeAHasNone) {
  const ConvPlan plan = choose(kStrided, Direction::data_gradient);
  EXPECT_EQ(plan.engine.index, softgpu::kLastEngine);
  EXPECT_TRUE(plan.from_fallback);
}

TEST_F(VendorPlans, WhereAllAreRefusedTheErrorSaysWhy) {
  softgpu::offer_only_refused_engines(true);
  const std::string why = refusal([&] { choose(kShape, Direction::weight_gradient); });
  softgpu::offer_only_refused_engines(false);
  EXPECT_THAT(
      why,
      HasSubstr("no plan in FP32 and deterministic for the weight gradient of a convolution of 2 images"));
  EXPECT_THAT(why,
              HasSubstr("2 with tensor cores, 1 with reduced precision, 1 not deterministic, 1 compiled at "
                        "run time, 1 not supported by their own account, 1 with a workspace above 256 MiB"));
  EXPECT_THAT(why, HasSubstr("use arithmetic exact"));
}

TEST_F(VendorPlans, APlanNeedsItsWorkspaceItsHandleAndAlignedAddresses) {
  const ConvPlan plan = choose(kShape, Direction::forward);
  const Buffer memory = allocate(1 << 20, stream_);
  float* const x = memory.floats();
  const VendorHandles others(stream_);
  EXPECT_THAT(refusal([&] { run_plan(plan, handles_.for_cudnn(), x, x + 1024, x + 2048, nullptr); }),
              HasSubstr("cannot start a convolution: CUDNN_STATUS 2002: no workspace"));
  EXPECT_THAT(refusal([&] { run_plan(plan, others.for_cudnn(), x, x + 1024, x + 2048, x + 8192); }),
              HasSubstr("a plan of another handle"));
  EXPECT_THAT(refusal([&] { run_plan(plan, handles_.for_cudnn(), x + 1, x + 1024, x + 2048, x + 8192); }),
              HasSubstr("not aligned"));
}

TEST(VendorStatus, FailuresOfTheMachineAreNoAnswerAboutAPlan) {
  for (const int failure : {1001, 1002, 1008, 1999, 3005, 3006, 3009, 4003, 4004, 5000, 5003, 5999})
    EXPECT_TRUE(is_failure_of_machine(static_cast<cudnnStatus_t>(failure))) << failure;
  for (const int answer : {0, 2000, 2999, 3000, 3002, 3004, 3007, 3008, 3010, 4000, 4001, 4002, 4005})
    EXPECT_FALSE(is_failure_of_machine(static_cast<cudnnStatus_t>(answer))) << answer;
}

TEST_F(VendorPlans, DescriptorsAreCheckedAsTheyAreMade) {
  GraphDescriptor tensor(CUDNN_BACKEND_TENSOR_DESCRIPTOR, "tensor");
  EXPECT_THAT(refusal([&] { tensor.set(CUDNN_ATTR_TENSOR_UNIQUE_ID, 1.0F); }),
              HasSubstr("cannot set attribute 906 of the tensor: CUDNN_STATUS 2010: the wrong type"));
  EXPECT_THAT(refusal([&] { tensor.set(CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_HEUR_MODE_A); }),
              HasSubstr("attribute 200 is not of this descriptor"));
  EXPECT_THAT(refusal([&] { tensor.finalize(); }), HasSubstr("cannot finalize the tensor"));
  GraphDescriptor graph(CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR, "operation graph");
  EXPECT_THAT(refusal([&] { graph.set(CUDNN_ATTR_OPERATIONGRAPH_OPS, tensor); }), HasSubstr("not finalized"));
  EXPECT_THAT(refusal([&] { graph.get<std::int64_t>(CUDNN_ATTR_ENGINE_GLOBAL_INDEX); }),
              HasSubstr("another type"));
}

TEST_F(VendorPlans, CublasNeedsItsWorkspaceAfterTheStream) {
  const Buffer memory = allocate(1 << 10, stream_);
  const float one = 1.0F, zero = 0.0F;
  const auto multiply = [&] {
    return cublas().sgemm(handles_.for_cublas(), CUBLAS_OP_N, CUBLAS_OP_N, 2, 2, 2, &one, memory.floats(), 2,
                          memory.floats() + 8, 2, &zero, memory.floats() + 16, 2);
  };
  EXPECT_EQ(multiply(), CUBLAS_STATUS_SUCCESS);
  cublas().set_stream(handles_.for_cublas(), stream_);  // takes the workspace away
  EXPECT_EQ(multiply(), CUBLAS_STATUS_NOT_SUPPORTED);
  stream_.synchronise();
}

/// Ending one waits for the whole device, which a recording does not survive.
TEST(VendorHandlesTest, OneEndsOnlyOnceNothingIsRecorded) {
  using namespace std::chrono_literals;
  const Stream recorded, other;
  const Buffer memory = allocate(16, recorded);
  auto handles = std::make_unique<VendorHandles>(other);
  std::future<void> ended;
  const auto body = [&] {
    check(cudaMemsetAsync(memory.data(), 0, 16, recorded), "clear");
    ended = std::async(std::launch::async, [&] { handles.reset(); });
    EXPECT_EQ(ended.wait_for(100ms), std::future_status::timeout);
  };
  EXPECT_NO_THROW(Graph(recorded, body).launch(recorded));
  ended.get();
  recorded.synchronise();
}

}  // namespace
}  // namespace mayfly::cuda
