#include "trainer/self_test/kernel_tasks.h"

#include "kernels/forwarding_backend.h"

namespace mayfly {
namespace {

constexpr int kSteps = 2;
constexpr SgdSpec kSgd{.learning_rate = 0.05, .momentum = 0.9, .weight_decay = 1e-3};

class VariantBackend final : public ForwardingBackend {
 public:
  VariantBackend(std::unique_ptr<Backend> inner, std::size_t variant)
      : ForwardingBackend(std::move(inner)), variant_(variant) {}
  std::unique_ptr<Conv2d> make_conv2d(const Conv2dShape& shape) override {
    return make_conv2d_variant(shape, variant_);
  }

 private:
  std::size_t variant_;
};

/// 514 channels go out of a convolution and into a Linear layer.
NetworkSpec many_channels() {
  return {.random_seed = 1,
          .batch_size = 3,
          .sgd = kSgd,
          .conv_blocks = {{.out_channels = 7, .kernel_size = 2, .padding = 1, .relu = true},
                          {.out_channels = 514, .kernel_size = 2, .relu = true}},
          .classes = 10};
}

/// Weight gradients of several chunks.
NetworkSpec large_batch() {
  return {.random_seed = 2,
          .batch_size = 70,
          .sgd = kSgd,
          .dropout_rate = 0.3,
          .conv_blocks = {{.out_channels = 9, .kernel_size = 3, .relu = true, .dropout = true},
                          {.out_channels = 13,
                           .kernel_size = 3,
                           .padding = 1,
                           .relu = true,
                           .pool = PoolSpec{.kernel_size = 2, .stride = 2}}},
          .hidden_linears = {{.out_features = 33}},
          .classes = 10};
}

NetworkSpec large_maps() {
  return {.random_seed = 3,
          .batch_size = 2,
          .sgd = kSgd,
          .conv_blocks = {{.out_channels = 3,
                           .kernel_size = 3,
                           .padding = 1,
                           .pool = PoolSpec{.kernel_size = 3, .stride = 1, .padding = 1}},
                          {.out_channels = 5, .kernel_size = 3, .stride = 3, .relu = true}},
          .classes = 10};
}

}  // namespace

std::vector<CourseTask> product_tasks() {
  return {course_task(many_channels(), {3, 3, 3}, kSteps), course_task(large_batch(), {2, 6, 6}, kSteps)};
}

CourseTask large_maps_task() {
  return course_task(large_maps(), {1, 52, 52}, kSteps);
}

std::unique_ptr<Backend> with_variant(std::unique_ptr<Backend> backend, std::size_t variant) {
  return std::make_unique<VariantBackend>(std::move(backend), variant);
}

}  // namespace mayfly
