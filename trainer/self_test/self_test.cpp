#include "trainer/self_test/self_test.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <thread>
#include <vector>

#include "core/error.h"
#include "trainer/lifespan.h"
#include "trainer/self_check.h"
#include "trainer/self_test/course.h"
#include "trainer/self_test/kernel_tasks.h"
#include "trainer/self_test/random_tasks.h"

namespace mayfly {
namespace {

constexpr int kThreads = 2;

/// What a check brought: see SelfTestResult.
struct Outcome {
  std::string failure;
  bool out_of_memory = false;
  std::string measured;
};

class Checks {
 public:
  Checks(std::shared_ptr<Device> device, const SelfTestOptions& options)
      : device_(std::move(device)), options_(options), tasks_(random_tasks(options.networks)) {}

  bool fast() const { return options_.arithmetic == Arithmetic::fast; }

  Outcome known_steps() const {
    const double distance =
        self_check(*backend(), options_.arithmetic, options_.expected);  // throws what is wrong
    if (!fast()) return {};
    return {.measured = fmt::format("{:.1e}", distance)};
  }

  /// All operations of all networks against the reference.
  Outcome random_networks() const {
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      const Course expected = run_course(*make_backend("cpu", 1), tasks_[i]);
      const std::string text = difference(expected, run_course(*backend(), tasks_[i]));
      if (!text.empty()) return {fmt::format("random network {}: {}", i, text)};
    }
    return {};
  }

  Outcome random_networks_nearly() const {
    FirstStepDistance largest;
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      const CourseTask task = smooth(tasks_[i]);
      const Course expected = run_course(*make_backend("cpu", 1), task);
      const FirstStepDistance found = distance(task, expected, run_course(*backend(), task));
      if (const std::string text = too_far(found); !text.empty())
        return {fmt::format("random network {}: {}", i, text)};
      largest.loss = std::max(largest.loss, found.loss);
      largest.gradients = std::max(largest.gradients, found.gradients);
    }
    return {.measured = fmt::format("{:.1e} and {:.1e}", largest.loss, largest.gradients)};
  }

  /// All kernels that convolution, Linear and pooling may run with, whatever the rule would choose here.
  Outcome every_kernel() const {
    const CourseTask maps = large_maps_task();
    if (const std::string text =
            difference(run_course(*make_backend("cpu", 1), maps), run_course(*backend(), maps));
        !text.empty())
      return {"large maps: " + text};
    const std::vector<std::string> variants = backend()->conv2d_variants();
    for (const CourseTask& task : product_tasks()) {
      const Course expected = run_course(*make_backend("cpu", 1), task);
      for (std::size_t i = 0; i < variants.size(); ++i) {
        const std::string text = difference(expected, run_course(*with_variant(backend(), i), task));
        if (!text.empty()) return {fmt::format("batch {}, {}: {}", task.spec.batch_size, variants[i], text)};
      }
    }
    return {};
  }

  Outcome recorded_steps() const {
    for (std::size_t i = 0; i < tasks_.size(); i += 4) {
      CourseTask task = tasks_[i];
      task.spec.sgd.momentum = 0;
      Course recorded = run_course(*backend(), task);
      recorded.first_gradients = recorded.gradients;
      const std::string text = difference(run_unrecorded(*device_, task), recorded);
      if (!text.empty()) return {fmt::format("random network {}: {}", i, text)};
    }
    return {};
  }

  Outcome repeats() const {
    for (std::size_t i = 0; i < tasks_.size(); i += 4) {
      const std::string text =
          difference(run_course(*backend(), tasks_[i]), run_course(*backend(), tasks_[i]));
      if (!text.empty()) return {fmt::format("random network {}, second time: {}", i, text)};
    }
    return {};
  }

  Outcome two_at_once() const {
    for (std::size_t i = 0; i + 1 < tasks_.size(); i += 4) {
      const CourseTask &one = tasks_[i], &other = tasks_[i + 1];
      Course together_one, together_other;
      std::exception_ptr error_one, error_other;
      {
        const std::jthread first([&] { run_into(one, together_one, error_one); });
        run_into(other, together_other, error_other);
      }
      for (const std::exception_ptr& error : {error_one, error_other})
        if (error) std::rethrow_exception(error);
      std::string text = difference(run_course(*backend(), one), together_one);
      if (text.empty()) text = difference(run_course(*backend(), other), together_other);
      if (!text.empty()) return {fmt::format("random networks {} and {}: {}", i, i + 1, text)};
    }
    return {};
  }

  Outcome training_run() const;

 private:
  std::unique_ptr<Backend> backend() const { return device_->make_backend(kThreads); }

  void run_into(const CourseTask& task, Course& course, std::exception_ptr& error) const {
    try {
      course = run_course(*backend(), task);
    } catch (...) {
      error = std::current_exception();
    }
  }

  std::shared_ptr<Device> device_;
  SelfTestOptions options_;
  std::vector<CourseTask> tasks_;
};

ImageSet image_set(const CourseTask& task) {
  return {.image = task.image, .pixels = task.pixels, .labels = task.labels};
}

bool same_row(const Point& a, const Point& b) {
  const auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
  return same(a.train_loss, b.train_loss) && same(a.val_loss, b.val_loss) && a.val_acc == b.val_acc;
}

/// The larger distance of a row's two losses.
double row_distance(const Point& exact, const Point& found) {
  return std::max(relative_error(found.train_loss - exact.train_loss, exact.train_loss),
                  relative_error(found.val_loss - exact.val_loss, exact.val_loss));
}

/// Three half epochs of the self-check's network on more images: a whole life with validation.
Outcome Checks::training_run() const {
  const SelfCheckTask known = self_check_task();
  const CourseTask training = course_task(known.spec, known.image, 13);
  CourseTask validation = training;
  validation.spec.random_seed += 1;
  validation = course_task(validation.spec, known.image, 5);
  const Dataset dataset{.name = "synthetic",
                        .classes = known.spec.classes,
                        .train = image_set(training),
                        .validation = image_set(validation)};
  const LifespanOptions life{.epochs = 1.5, .arithmetic = options_.arithmetic};
  const LifespanResult expected = live(*make_backend("cpu", 1), known.spec, dataset, life);
  const LifespanResult found = live(*backend(), known.spec, dataset, life);
  double largest = 0;
  for (std::size_t row = 0; row < expected.points.size(); ++row) {
    const Point &cpu = expected.points[row], &here = found.points[row];
    const double distance = fast() ? row_distance(cpu, here) : 0;
    largest = std::max(largest, distance);
    if (fast() ? distance > kFastRowTolerance : !same_row(cpu, here))
      return {fmt::format("epoch {:.1f}: expected {} {} {}, found {} {} {}", cpu.epoch, cpu.train_loss,
                          cpu.val_loss, cpu.val_acc, here.train_loss, here.val_loss, here.val_acc)};
  }
  return {.measured = fast() ? fmt::format("{:.1e}", largest) : ""};
}

Outcome outcome_of(const std::function<Outcome()>& check) {
  try {
    return check();
  } catch (const OutOfDeviceMemory& error) {
    return {.failure = error.what(), .out_of_memory = true};
  } catch (const std::exception& error) {
    return {error.what()};
  }
}

}  // namespace

int self_test(const std::shared_ptr<Device>& device, const SelfTestOptions& options,
              const SelfTestCallback& callback) {
  const Checks checks(device, options);
  int failures = 0;
  const auto check = [&](const std::string& name, Outcome (Checks::*ask)() const) {
    const Outcome outcome = outcome_of([&] { return (checks.*ask)(); });
    failures += outcome.failure.empty() ? 0 : 1;
    callback({name, outcome.failure, outcome.out_of_memory, outcome.measured});
  };
  const bool fast = checks.fast();
  const std::string networks = fmt::format("{} random networks", options.networks);
  if (fast) {
    check(fmt::format("five known steps: losses within {}", kFastLossTolerance), &Checks::known_steps);
    check(fmt::format("{}: first loss and gradients of every layer within {}", networks,
                      kFastFirstStepTolerance),
          &Checks::random_networks_nearly);
  } else {
    check("five known steps: the known bits", &Checks::known_steps);
    check(networks + ": every bit as on one core of the CPU", &Checks::random_networks);
    check("every kernel of convolution, Linear and pooling: the CPU's bits", &Checks::every_kernel);
  }
  check("recorded steps as steps one by one", &Checks::recorded_steps);
  check("the same again", &Checks::repeats);
  check("two networks at once as one after the other", &Checks::two_at_once);
  check(fast ? fmt::format("a training run: losses within {} of the CPU's", kFastRowTolerance)
             : "a training run: the CPU's rows",
        &Checks::training_run);
  return failures;
}

}  // namespace mayfly
