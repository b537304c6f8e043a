#include "trainer/self_test/course.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/trainer/tiny.h"
#include "trainer/self_test/random_tasks.h"

namespace mayfly {
namespace {

using testing::HasSubstr;

CourseTask tiny_task() {
  return course_task(tests::tiny_spec(), tests::kTinyImage, 3);
}

TEST(CourseTest, AnyCoresGiveTheSame) {
  const Course one = run_course(*make_backend("cpu", 1), tiny_task());
  EXPECT_EQ(difference(one, run_course(*make_backend("cpu", 3), tiny_task())), "");
  EXPECT_EQ(one.sums.size(), 4U);
  EXPECT_NE(one.first_gradients, one.gradients);
  EXPECT_EQ(one.momentum.size(), one.parameters.size());
}

TEST(CourseTest, StepByStepGivesTheSame) {
  CourseTask task = tiny_task();
  task.spec.sgd.momentum = 0;
  const Course recorded = run_course(*make_backend("cpu", 1), task);
  const Course single = run_unrecorded(*open_devices("cpu").front(), task);
  EXPECT_EQ(recorded.parameters, single.parameters);
  EXPECT_EQ(recorded.gradients, single.gradients);
  EXPECT_EQ(single.sums.size(), 3U);
  EXPECT_EQ(recorded.sums[2], single.sums[2]);
}

TEST(CourseTest, EveryKindOfDifferenceIsFound) {
  const Course course = run_course(*make_backend("cpu", 1), tiny_task());
  const auto changed = [&](const auto& change) {
    Course other = course;
    change(other);
    return difference(course, other);
  };
  EXPECT_THAT(changed([](Course& c) { c.sums[1].loss = std::nextafter(c.sums[1].loss, 9); }),
              HasSubstr("step 2"));
  EXPECT_THAT(changed([](Course& c) { ++c.sums[3].correct; }), HasSubstr("step 4"));
  EXPECT_THAT(changed([](Course& c) { c.parameters[7] = std::nextafter(c.parameters[7], 9.0F); }),
              HasSubstr("parameter 7 of"));
  EXPECT_THAT(changed([](Course& c) { c.momentum.back() *= 2; }), HasSubstr("momentum"));
  EXPECT_THAT(changed([](Course& c) { c.gradients[0] = -c.gradients[0]; }), HasSubstr("gradient 0"));
  EXPECT_THAT(changed([](Course& c) { c.first_gradients.clear(); }), HasSubstr("step 1"));
}

TEST(CourseTest, NoNumbersAreEqual) {
  CourseTask task = tiny_task();
  task.spec.sgd.learning_rate = 1e30;
  const Course course = run_course(*make_backend("cpu", 1), task);
  ASSERT_TRUE(std::isnan(course.sums.back().loss));
  EXPECT_EQ(difference(course, run_course(*make_backend("cpu", 1), task)), "");
}

TEST(CourseTest, TheFirstLossIsJudged) {
  const CourseTask task = smooth(tiny_task());
  const Course course = run_course(*make_backend("cpu", 1), task);
  const auto scaled = [&](double factor) {
    Course other = course;
    other.sums.front().loss *= factor;
    return too_far(distance(task, course, other));
  };
  EXPECT_EQ(scaled(1.00001), "");
  EXPECT_THAT(scaled(1.001), HasSubstr("loss of step 1"));
  EXPECT_THAT(scaled(std::nan("")), HasSubstr("loss of step 1"));
}

TEST(CourseTest, GradientsAreJudgedLayerByLayer) {
  const CourseTask task = smooth(tiny_task());
  const Course course = run_course(*make_backend("cpu", 1), task);
  const auto scaled_last = [&](float factor) {
    Course other = course;
    for (std::size_t i = other.first_gradients.size() - 20; i < other.first_gradients.size(); ++i)
      other.first_gradients[i] *= factor;
    return too_far(distance(task, course, other));
  };
  EXPECT_EQ(scaled_last(1), "");
  EXPECT_EQ(scaled_last(1.00001F), "");
  EXPECT_THAT(scaled_last(1.001F), HasSubstr("layer 3"));
  EXPECT_THAT(scaled_last(std::nanf("")), HasSubstr("layer 3"));
}

TEST(CourseTest, DistancesAreMeasured) {
  const CourseTask task = smooth(tiny_task());
  const Course course = run_course(*make_backend("cpu", 1), task);
  EXPECT_EQ(distance(task, course, course).loss, 0);
  EXPECT_EQ(distance(task, course, course).gradients, 0);
  Course other = course;
  other.sums.front().loss *= 1.25;
  for (float& gradient : other.first_gradients) gradient *= 1.5F;
  const FirstStepDistance found = distance(task, course, other);
  EXPECT_DOUBLE_EQ(found.loss, 0.25);
  EXPECT_NEAR(found.gradients, 0.5, 1e-6);
}

}  // namespace
}  // namespace mayfly
