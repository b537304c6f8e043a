#include "trainer/self_test/course.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <numeric>
#include <span>

#include "core/network_shapes.h"
#include "core/random.h"
#include "nn/network.h"
#include "nn/normalize.h"
#include "trainer/self_check.h"

namespace mayfly {
namespace {

/// A network that is ready to train on its task.
struct Student {
  Student(Backend& device, const CourseTask& task)
      : backend(device),
        dataset(device.make_dataset(task.pixels, task.labels, task.image)),
        network(device, task.spec, task.image, pixel_table(Normalize::half, {}, task.image),
                {.seeds = {task.spec.random_seed, task.spec.random_seed, task.spec.random_seed},
                 .keep_gradients = true,
                 .element_dropout = task.element_dropout}) {
    std::vector<std::uint32_t> order(task.labels.size());
    std::iota(order.rbegin(), order.rend(), 0U);
    network.initialise();
    network.set_order(order);
  }

  LossSums train() {
    backend.reset_sums();
    network.train_step(*dataset);
    return backend.read_sums().trained;
  }

  LossSums evaluate() {
    backend.set_counters({});
    backend.reset_sums();
    network.evaluate_step(*dataset);
    return backend.read_sums().evaluated;
  }

  Backend& backend;
  std::unique_ptr<DeviceDataset> dataset;
  Network network;
};

bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

std::string difference_of(const LossSums& expected, const LossSums& found, std::size_t step) {
  const bool alike = same(expected.loss, found.loss) && expected.correct == found.correct &&
                     expected.seen == found.seen && expected.batches == found.batches;
  if (alike) return "";
  return fmt::format("step {}: expected loss {} and {} of {} correct, found {} and {} of {}", step + 1,
                     expected.loss, expected.correct, expected.seen, found.loss, found.correct, found.seen);
}

std::string difference_of(const std::vector<float>& expected, const std::vector<float>& found,
                          const char* what) {
  if (expected.size() != found.size())
    return fmt::format("{}: expected {}, found {}", what, expected.size(), found.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto bits = std::bit_cast<std::uint32_t>(expected[i]);
    const auto other = std::bit_cast<std::uint32_t>(found[i]);
    if (bits != other)
      return fmt::format("{} {} of {}: expected {} (0x{:08X}), found {} (0x{:08X})", what, i, expected.size(),
                         expected[i], bits, found[i], other);
  }
  return "";
}

double norm(std::span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value) * value;
  return std::sqrt(sum);
}

}  // namespace

CourseTask course_task(const NetworkSpec& spec, ImageShape image, int steps) {
  CourseTask task{.spec = spec, .image = image, .steps = steps};
  DrawSequence draws(spec.random_seed, Stream::architecture, {});
  for (int i = 0; i < steps * spec.batch_size; ++i) {
    task.labels.push_back(static_cast<std::uint8_t>(draws.below(static_cast<std::uint32_t>(spec.classes))));
    for (int pixel = 0; pixel < image.channels * image.height * image.width; ++pixel)
      task.pixels.push_back(static_cast<std::uint8_t>(draws.next()));
  }
  return task;
}

Course run_course(Backend& backend, const CourseTask& task) {
  Student student(backend, task);
  Course course;
  for (int step = 0; step < task.steps; ++step) {
    course.sums.push_back(student.train());
    if (step == 0) course.first_gradients = student.network.export_gradients();
  }
  course.gradients = student.network.export_gradients();
  course.parameters = student.network.export_parameters();
  course.momentum = student.network.export_momentum();
  course.sums.push_back(student.evaluate());
  return course;
}

Course run_unrecorded(Device& device, const CourseTask& task) {
  Course course;
  for (int step = 0; step < task.steps; ++step) {
    const auto backend = device.make_backend(1);
    Student student(*backend, task);
    if (step > 0) student.network.import_parameters(course.parameters);
    const auto at = static_cast<std::uint32_t>(step);
    backend->set_counters({.epoch = 0, .step = at, .updates = at});
    course.sums.push_back(student.train());
    course.gradients = course.first_gradients = student.network.export_gradients();
    course.parameters = student.network.export_parameters();
  }
  return course;
}

std::string difference(const Course& expected, const Course& found) {
  for (std::size_t step = 0; step < std::min(expected.sums.size(), found.sums.size()); ++step)
    if (std::string text = difference_of(expected.sums[step], found.sums[step], step); !text.empty())
      return text;
  for (const auto& [member, name] :
       {std::pair{&Course::first_gradients, "gradient of step 1,"}, std::pair{&Course::gradients, "gradient"},
        std::pair{&Course::parameters, "parameter"}, std::pair{&Course::momentum, "momentum"}})
    if (std::string text = difference_of(expected.*member, found.*member, name); !text.empty()) return text;
  return "";
}

FirstStepDistance distance(const CourseTask& task, const Course& exact, const Course& found) {
  const double loss = exact.sums.front().loss;
  FirstStepDistance apart{.loss = relative_error(found.sums.front().loss - loss, loss)};
  std::size_t at = 0;
  const NetworkShapes shapes = network_shapes(task.spec, task.image);
  for (std::size_t layer = 0; layer < shapes.layers.size(); ++layer) {
    const Conv2dShape& conv = shapes.layers[layer].conv;
    const auto count = static_cast<std::size_t>(conv.weight_count() + conv.out_channels);
    const std::span<const float> reference = std::span(exact.first_gradients).subspan(at, count);
    std::vector<float> error(found.first_gradients.begin() + static_cast<std::ptrdiff_t>(at),
                             found.first_gradients.begin() + static_cast<std::ptrdiff_t>(at + count));
    for (std::size_t i = 0; i < count; ++i) error[i] -= reference[i];
    if (const double gradients = relative_error(norm(error), norm(reference)); gradients > apart.gradients) {
      apart.gradients = gradients;
      apart.layer = layer;
    }
    at += count;
  }
  return apart;
}

std::string too_far(const FirstStepDistance& distance) {
  if (distance.loss > kFastFirstStepTolerance)
    return fmt::format("loss of step 1: {:.2e} from the exact one, allowed {:.0e}", distance.loss,
                       kFastFirstStepTolerance);
  if (distance.gradients > kFastFirstStepTolerance)
    return fmt::format("gradients of layer {}: {:.2e} from the exact ones, allowed {:.0e}",
                       distance.layer + 1, distance.gradients, kFastFirstStepTolerance);
  return "";
}

}  // namespace mayfly
