// Random small networks with the corners that layers have: every type of block, both kinds of dropout,
// kernels as large as their maps, strides that leave rows unread, padding wider than the map, layers of one
// channel.
#pragma once

#include <vector>

#include "trainer/self_test/course.h"

namespace mayfly {

/// The same ones on every machine: network i of a campaign of its own.
std::vector<CourseTask> random_tasks(int count);

/// The network without ReLU, pooling and hidden Linear layers: rounding then changes its gradients by as
/// little as it is itself. Convolutions in three directions and the last Linear are left.
CourseTask smooth(const CourseTask& task);

}  // namespace mayfly
