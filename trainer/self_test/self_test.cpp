#include "trainer/self_test/self_test.h"

#include <fmt/format.h>

#include <cmath>
#include <exception>
#include <thread>
#include <vector>

#include "trainer/lifespan.h"
#include "trainer/self_test/course.h"
#include "trainer/self_test/kernel_tasks.h"
#include "trainer/self_test/random_tasks.h"

namespace mayfly {
namespace {

constexpr int kThreads = 2;

class Checks {
 public:
  Checks(std::shared_ptr<Device> device, const SelfTestOptions& options)
      : device_(std::move(device)), options_(options), tasks_(random_tasks(options.networks)) {}

  bool fast() const { return options_.arithmetic == Arithmetic::fast; }

  std::string known_steps() const {
    self_check(*backend(), options_.arithmetic, options_.expected);  // throws what is wrong
    return "";
  }

  /// All operations of all networks against the reference.
  std::string random_networks() const {
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      const CourseTask task = fast() ? smooth(tasks_[i]) : tasks_[i];
      const Course expected = run_course(*make_backend("cpu", 1), task);
      const Course found = run_course(*backend(), task);
      const std::string text = fast() ? distance(task, expected, found) : difference(expected, found);
      if (!text.empty()) return fmt::format("random network {}: {}", i, text);
    }
    return "";
  }

  /// All kernels that convolution, Linear and pooling may run with, whatever the rule would choose here.
  std::string every_kernel() const {
    const CourseTask maps = large_maps_task();
    if (const std::string text =
            difference(run_course(*make_backend("cpu", 1), maps), run_course(*backend(), maps));
        !text.empty())
      return "large maps: " + text;
    const std::vector<std::string> variants = backend()->conv2d_variants();
    for (const CourseTask& task : product_tasks()) {
      const Course expected = run_course(*make_backend("cpu", 1), task);
      for (std::size_t i = 0; i < variants.size(); ++i) {
        const std::string text = difference(expected, run_course(*with_variant(backend(), i), task));
        if (!text.empty()) return fmt::format("batch {}, {}: {}", task.spec.batch_size, variants[i], text);
      }
    }
    return "";
  }

  std::string recorded_steps() const {
    for (std::size_t i = 0; i < tasks_.size(); i += 4) {
      CourseTask task = tasks_[i];
      task.spec.sgd.momentum = 0;
      Course recorded = run_course(*backend(), task);
      recorded.first_gradients = recorded.gradients;
      const std::string text = difference(run_unrecorded(*device_, task), recorded);
      if (!text.empty()) return fmt::format("random network {}: {}", i, text);
    }
    return "";
  }

  std::string repeats() const {
    for (std::size_t i = 0; i < tasks_.size(); i += 4) {
      const std::string text =
          difference(run_course(*backend(), tasks_[i]), run_course(*backend(), tasks_[i]));
      if (!text.empty()) return fmt::format("random network {}, second time: {}", i, text);
    }
    return "";
  }

  std::string two_at_once() const {
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
      if (!text.empty()) return fmt::format("random networks {} and {}: {}", i, i + 1, text);
    }
    return "";
  }

  std::string training_run() const;

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

bool near(double expected, double found, bool fast) {
  if (expected == found || (std::isnan(expected) && std::isnan(found))) return true;
  return fast && std::abs(found - expected) <= kFastRowTolerance * std::abs(expected);
}

std::string row_difference(const Point& expected, const Point& found, bool fast) {
  const bool same = near(expected.train_loss, found.train_loss, fast) &&
                    near(expected.val_loss, found.val_loss, fast) &&
                    (fast || expected.val_acc == found.val_acc);
  if (same) return "";
  return fmt::format("epoch {:.1f}: expected {} {} {}, found {} {} {}", expected.epoch, expected.train_loss,
                     expected.val_loss, expected.val_acc, found.train_loss, found.val_loss, found.val_acc);
}

/// Three half epochs of the self-check's network on more images: a whole life with validation.
std::string Checks::training_run() const {
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
  for (std::size_t row = 0; row < expected.points.size(); ++row)
    if (std::string text = row_difference(expected.points[row], found.points[row], fast()); !text.empty())
      return text;
  return "";
}

std::string outcome_of(const std::function<std::string()>& check) {
  try {
    return check();
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

int self_test(const std::shared_ptr<Device>& device, const SelfTestOptions& options,
              const SelfTestCallback& callback) {
  const Checks checks(device, options);
  int failures = 0;
  const auto check = [&](const std::string& name, std::string (Checks::*ask)() const) {
    const SelfTestResult result{name, outcome_of([&] { return (checks.*ask)(); })};
    failures += result.failure.empty() ? 0 : 1;
    callback(result);
  };
  const bool fast = checks.fast();
  const std::string networks = fmt::format("{} random networks", options.networks);
  check(fast ? fmt::format("five known steps: losses within {}", kFastLossTolerance)
             : "five known steps: the known bits",
        &Checks::known_steps);
  check(fast ? fmt::format("{}: first loss and gradients of every layer within {}", networks,
                           kFastFirstStepTolerance)
             : networks + ": every bit as on one core of the CPU",
        &Checks::random_networks);
  if (!fast) check("every kernel of convolution, Linear and pooling: the CPU's bits", &Checks::every_kernel);
  check("recorded steps as steps one by one", &Checks::recorded_steps);
  check("the same again", &Checks::repeats);
  check("two networks at once as one after the other", &Checks::two_at_once);
  check(fast ? fmt::format("a training run: losses within {} of the CPU's", kFastRowTolerance)
             : "a training run: the CPU's rows",
        &Checks::training_run);
  return failures;
}

}  // namespace mayfly
