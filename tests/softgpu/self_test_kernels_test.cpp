// The self-test's networks run every kernel that there is to run: on a GPU each is compared with the CPU.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>

#include "tests/softgpu/softgpu.h"
#include "trainer/self_test/kernel_tasks.h"

namespace mayfly {
namespace {

using testing::Contains;
using testing::ContainsRegex;
using testing::HasSubstr;

/// Names of the kernels in all steps that were recorded.
std::set<std::string> recorded_kernels() {
  std::set<std::string> names;
  for (const auto& graph : softgpu::captured_graphs()) names.insert(graph.begin(), graph.end());
  return names;
}

/// Of one product (kernels/cuda/gemm.h, Product).
auto products(int number) {
  return ContainsRegex(fmt::format("gemm<.*Product.{}, ", number));
}

/// Those of a product are its tiles, of which two directions have each for both widths of load.
TEST(SelfTestKernels, AllAreRun) {
  const auto device = open_devices("cuda:0").front();
  softgpu::reset_counts();
  const int variants = device->make_backend(1)->conv2d_variants();
  for (int variant = 0; variant < variants; ++variant)
    for (const CourseTask& task : kernel_tasks())
      run_course(*with_variant(device->make_backend(1), variant), task);
  const std::set<std::string> found = recorded_kernels();
  EXPECT_THAT(found, Contains(products(0)).Times(5 * 2));
  EXPECT_THAT(found, Contains(products(1)).Times(5 + 1));
  EXPECT_THAT(found, Contains(products(2)).Times(5));
  EXPECT_THAT(found, Contains(products(3)).Times(5));
  for (const char* name : {"max_pool2d_forward<48>", "max_pool2d_forward<257>", "max_pool2d_backward<48>",
                           "max_pool2d_backward<257>", "activation_backward_kernel", "dropout_mask_kernel",
                           "gather_kernel", "softmax_cross_entropy_kernel", "sgd_kernel"})
    EXPECT_THAT(found, Contains(HasSubstr(name)));
}

}  // namespace
}  // namespace mayfly
