#include "trainer/self_test/random_tasks.h"

#include "generator/sample.h"

namespace mayfly {
namespace {

constexpr int kSteps = 4;
constexpr std::uint64_t kSeed = 20260101;
constexpr std::uint64_t kImages = 1000;  // as far as sampling asks

SearchSpace corners() {
  SearchSpace space;
  space.conv_layers = {1, 3};
  space.out_channels = {1, 70};
  space.linear_layers = {1, 4};
  space.linear_width = {1, 70};
  space.batch_size = {2, 33};
  space.block_type = {0, 1, 2, 3, 4, 5, 6, 7};
  space.learning_rate = {.low = 1e-3, .high = 0.1, .scale = Scale::log_uniform};
  space.max_macs_per_image = 500000;
  return space;
}

DatasetFacts images(const char* name, ImageShape image) {
  return {.name = name, .classes = 10, .image = image, .train_images = kImages, .validation_images = kImages};
}

}  // namespace

std::vector<CourseTask> random_tasks(int count) {
  const SamplingPlan plan{
      .space = corners(),
      .campaign_seed = kSeed,
      .datasets = {images("colour", {3, 11, 11}), images("gray", {1, 13, 13}), images("many", {6, 7, 7})}};
  std::vector<CourseTask> tasks;
  for (int i = 0; i < count; ++i) {
    const SampledNetwork network = sample_network(plan, static_cast<std::uint32_t>(i));
    tasks.push_back(course_task(network.spec, plan.datasets[network.dataset].image, kSteps));
    tasks.back().element_dropout = i % 3 == 2;
  }
  return tasks;
}

CourseTask smooth(const CourseTask& task) {
  CourseTask result = task;
  for (ConvBlockSpec& block : result.spec.conv_blocks) {
    block.relu = false;
    block.pool.reset();
  }
  result.spec.hidden_linears.clear();
  return result;
}

}  // namespace mayfly
