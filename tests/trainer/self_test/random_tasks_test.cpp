#include "trainer/self_test/random_tasks.h"

#include <gtest/gtest.h>

#include <set>

#include "core/network_shapes.h"

namespace mayfly {
namespace {

struct Corners {
  std::set<int> types;
  int whole_kernels = 0, strides = 0, wide_paddings = 0, overlapping_pools = 0, hidden = 0, element = 0,
      single_channels = 0, cropped = 0;
};

void count(const CourseTask& task, Corners& corners) {
  const NetworkShapes shapes = network_shapes(task.spec, task.image);
  for (std::size_t i = 0; i < task.spec.conv_blocks.size(); ++i) {
    const ConvBlockSpec& block = task.spec.conv_blocks[i];
    const LayerShape& layer = shapes.layers[i];
    corners.types.insert(block.layer_type());
    corners.whole_kernels += block.kernel_size == layer.conv.height ? 1 : 0;
    corners.strides += block.stride > 1 ? 1 : 0;
    corners.wide_paddings += block.padding >= layer.conv.height ? 1 : 0;
    corners.single_channels += block.out_channels == 1 ? 1 : 0;
    corners.cropped += layer.full_output.height > layer.conv.out_height ? 1 : 0;
    corners.overlapping_pools += block.pool && block.pool->stride < block.pool->kernel_size ? 1 : 0;
  }
  corners.hidden += task.spec.hidden_linears.empty() ? 0 : 1;
  corners.element += task.element_dropout ? 1 : 0;
}

TEST(RandomTasksTest, FortyHaveEveryCorner) {
  Corners corners;
  for (const CourseTask& task : random_tasks(40)) count(task, corners);
  EXPECT_EQ(corners.types.size(), 8U);
  for (const int number : {corners.whole_kernels, corners.strides, corners.wide_paddings,
                           corners.overlapping_pools, corners.hidden, corners.element, corners.cropped})
    EXPECT_GE(number, 3);
  EXPECT_GE(corners.single_channels, 1);
}

TEST(RandomTasksTest, AreTheSameEveryTime) {
  const CourseTask one = random_tasks(5)[4], again = random_tasks(9)[4];
  EXPECT_EQ(one.spec, again.spec);
  EXPECT_EQ(one.pixels, again.pixels);
}

TEST(RandomTasksTest, SmoothOnesHaveNoKinks) {
  for (const CourseTask& task : random_tasks(10))
    for (const LayerShape& layer : network_shapes(smooth(task).spec, task.image).layers)
      EXPECT_TRUE(!layer.relu && !layer.pool);
}

}  // namespace
}  // namespace mayfly
