// A few steps in the life of a small network, as numbers that two devices, or two runs of one, can be
// compared by. Everything leaves the device in logical order, so that layouts do not matter.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/network_spec.h"
#include "core/shape.h"
#include "kernels/backend.h"

namespace mayfly {

/// A network and its images: `steps` batches of training, of which the first is the validation set too.
struct CourseTask {
  NetworkSpec spec;
  ImageShape image;
  bool element_dropout = false;
  int steps = 4;
  std::vector<std::uint8_t> pixels;
  std::vector<std::uint8_t> labels;
};

/// With images of noise that follow from the network's random_seed.
CourseTask course_task(const NetworkSpec& spec, ImageShape image, int steps);

struct Course {
  std::vector<LossSums> sums;  ///< by training step, then of an evaluation step
  std::vector<float> first_gradients;
  std::vector<float> gradients;  ///< of the last step
  std::vector<float> parameters;
  std::vector<float> momentum;
};

/// Trains on `backend`, which is used up by it. The first step runs one by one, later ones as recorded.
Course run_course(Backend& backend, const CourseTask& task);

/// The same without any recorded step: a network of its own for each. Without momentum only; gradients are
/// those of the last step, `first_gradients` too.
Course run_unrecorded(Device& device, const CourseTask& task);

/// What differs first, with both values; empty where every bit is equal.
std::string difference(const Course& expected, const Course& found);

/// |found - exact| / |exact| of the first step; infinite where `found` is no number. For networks without
/// ReLU and pooling, where no rounding can change which values pass.
struct FirstStepDistance {
  double loss = 0;
  double gradients = 0;   ///< the largest of a layer: norms over its weights and biases
  std::size_t layer = 0;  ///< that layer, from 0
};

FirstStepDistance distance(const CourseTask& task, const Course& exact, const Course& found);

/// How far fast arithmetic may be from the exact one.
inline constexpr double kFastFirstStepTolerance = 1e-4;

/// What is further than kFastFirstStepTolerance: the loss, or the gradients of a layer; empty where nothing
/// is.
std::string too_far(const FirstStepDistance& distance);

}  // namespace mayfly
