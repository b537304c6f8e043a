// What the sums of chunks take of a GPU's memory, and what the trainer expects them to take.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "kernels/cuda/gemm_choice.h"
#include "kernels/cuda/gemm_work.h"
#include "tests/support/random_cases.h"
#include "trainer/device_memory.h"

namespace mayfly::cuda {
namespace {

Conv2dShape in_fours(Conv2dShape shape) {
  shape.in_channels = padded_to_four(shape.in_channels);
  shape.out_channels = padded_to_four(shape.out_channels);
  return shape;
}

/// What the engine asks for, of what it may have.
void expect_within_the_estimate(const Conv2dShape& shape, Product product) {
  const auto floats = split(make_work(shape, product), 1).sums;
  const auto bytes = static_cast<std::uint64_t>(std::min(floats, kMaxChunkSums)) * sizeof(float);
  EXPECT_LE(bytes, chunk_sum_bytes(in_fours(shape))) << describe(shape);
}

TEST(ChunkSums, AreEstimatedHighEnough) {
  CaseRandom random(1);
  std::vector<Conv2dShape> shapes = {{.batch = 700,
                                      .in_channels = 513,
                                      .height = 9,
                                      .width = 9,
                                      .out_channels = 7,
                                      .kernel_size = 9,
                                      .stride = 7,
                                      .padding = 5,
                                      .out_height = 2,
                                      .out_width = 2},
                                     {.batch = 242,
                                      .in_channels = 294,
                                      .height = 31,
                                      .width = 31,
                                      .out_channels = 294,
                                      .kernel_size = 33,
                                      .stride = 28,
                                      .padding = 2,
                                      .out_height = 1,
                                      .out_width = 1}};
  for (int i = 0; i < 300; ++i) shapes.push_back(random_conv2d(random, 10'000'000));
  for (const Conv2dShape& shape : shapes) {
    expect_within_the_estimate(shape, Product::forward);
    expect_within_the_estimate(
        shape, shape.input_is_image ? Product::image_weight_gradient : Product::weight_gradient);
    if (!shape.input_is_image) expect_within_the_estimate(shape, Product::data_gradient);
  }
  Conv2dShape large = in_fours(shapes[1]);
  large.batch = 1000;
  EXPECT_EQ(chunk_sum_bytes(large), kMaxChunkSums * sizeof(float)) << "more is never split";
}

}  // namespace
}  // namespace mayfly::cuda
