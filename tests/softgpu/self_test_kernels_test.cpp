// The self-test's networks run every kernel that there is to run: on a GPU each is compared with the CPU.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>

#include "core/network_shapes.h"
#include "kernels/cuda/gemm_choice.h"
#include "tests/softgpu/softgpu.h"
#include "tests/softgpu/without_kernels.h"
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
  const tests::WithoutKernels without;
  const auto device = open_devices("cuda:0").front();
  softgpu::reset_counts();
  const std::size_t variants = device->make_backend(1)->conv2d_variants().size();
  for (std::size_t variant = 0; variant < variants; ++variant)
    for (const CourseTask& task : product_tasks())
      run_course(*with_variant(device->make_backend(1), variant), task);
  run_course(*device->make_backend(1), large_maps_task());
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

/// Whole and split, a product runs the same kernel: so that the second half of the variants tests more than
/// the first, each direction has a layer that can be split.
TEST(SelfTestKernels, ProductsOfAllDirectionsAreSplit) {
  using cuda::Product;
  std::set<Product> apart;
  for (const CourseTask& task : product_tasks())
    for (const LayerShape& layer : network_shapes(task.spec, task.image).layers)
      for (const Product product : {Product::forward, Product::data_gradient, Product::weight_gradient,
                                    Product::image_weight_gradient}) {
        const bool of_image = product == Product::image_weight_gradient;
        if (product != Product::forward && of_image != layer.conv.input_is_image) continue;
        const cuda::GemmWork work = cuda::make_work(layer.conv, product);
        if (cuda::choose(work, product, {80, cuda::gemm_variants().size() - 1}, 1 << 24).split)
          apart.insert(product);
      }
  EXPECT_EQ(apart.size(), 4U);
}

}  // namespace
}  // namespace mayfly
