// Memory that an operation on the CPU makes for itself.
#include "kernels/cpu/conv2d_layout.h"

#include <gtest/gtest.h>

namespace mayfly::cpu {
namespace {

/// A Linear layer behind a map of 2x2: each thread transposes the tap that it is at.
constexpr Conv2dShape kOneOutput{.batch = 2,
                                 .in_channels = 20,
                                 .height = 2,
                                 .width = 2,
                                 .out_channels = 33,
                                 .kernel_size = 2,
                                 .stride = 1,
                                 .padding = 0,
                                 .out_height = 1,
                                 .out_width = 1};

TEST(Conv2dLayout, AnyOfManyThreadsMayTakeAnItem) {
  const Conv2dLayout layout(kOneOutput);
  ASSERT_GT(layout.transposed_floats, 0U);
  for (const int threads : {1, 4, 8})
    EXPECT_EQ(layout.scratch_floats(threads), static_cast<std::size_t>(threads) * layout.transposed_floats);
}

TEST(Conv2dLayout, WhatAllThreadsShareIsThereOnce) {
  Conv2dShape shape = kOneOutput;
  shape.padding = 1;
  shape.out_height = shape.out_width = 3;
  const Conv2dLayout layout(shape);
  ASSERT_GT(layout.transposed_floats, 0U);
  EXPECT_EQ(layout.scratch_floats(8), layout.scratch_floats(1));
}

}  // namespace
}  // namespace mayfly::cpu
