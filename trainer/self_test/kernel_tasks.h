// Networks that together need every kernel of convolution, Linear layer and pooling that a backend has.
#pragma once

#include <vector>

#include "kernels/backend.h"
#include "trainer/self_test/course.h"

namespace mayfly {

/// For every variant of the products: many chunks in every direction, the image's too; more than 512
/// channels, not a multiple of four, in and out.
std::vector<CourseTask> product_tasks();

/// Pooling of maps of more than 48 rows and columns; those of the other tasks are small.
CourseTask large_maps_task();

/// A backend whose convolutions and Linear layers all run with one variant (Backend::conv2d_variants()).
std::unique_ptr<Backend> with_variant(std::unique_ptr<Backend> backend, std::size_t variant);

}  // namespace mayfly
