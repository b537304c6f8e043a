#include "tests/trainer/reference_life.h"

#include <numeric>
#include <utility>

#include "core/random.h"
#include "tests/reference/exact_network.h"

namespace mayfly::tests {
namespace {

struct Batch {
  std::vector<std::uint8_t> pixels;
  std::vector<std::uint32_t> labels;
};

Batch gather(const ImageSet& set, const std::vector<std::uint32_t>& order, std::uint32_t step,
             std::uint32_t size) {
  const std::size_t bytes = set.pixels.size() / set.count();
  Batch batch;
  for (std::uint32_t slot = step * size; slot < (step + 1) * size; ++slot) {
    const auto image = set.pixels.begin() + static_cast<std::ptrdiff_t>(order[slot] * bytes);
    batch.pixels.insert(batch.pixels.end(), image, image + static_cast<std::ptrdiff_t>(bytes));
    batch.labels.push_back(set.labels[order[slot]]);
  }
  return batch;
}

std::vector<std::uint32_t> file_order(std::size_t count) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  return order;
}

/// Section 9 of kernels/arithmetic.md: Fisher-Yates from the back.
std::vector<std::uint32_t> shuffled(std::uint32_t seed, std::uint32_t epoch, std::size_t count) {
  std::vector<std::uint32_t> order = file_order(count);
  DrawSequence draws(seed, Stream::order, {.epoch = epoch});
  for (auto i = static_cast<std::uint32_t>(count) - 1; i >= 1; --i)
    std::swap(order[i], order[draws.below(i + 1)]);
  return order;
}

ReferenceRow validate(exact::ExactNetwork network, const ImageSet& set) {
  const auto size = static_cast<std::uint32_t>(network.spec.batch_size);
  const auto batches = static_cast<std::uint32_t>(set.count()) / size;
  double sum = 0;
  std::uint64_t correct = 0;
  for (std::uint32_t step = 0; step < batches; ++step) {
    const Batch batch = gather(set, file_order(set.count()), step, size);
    const exact::Loss loss = network.evaluate_step(batch.pixels, batch.labels);
    sum += static_cast<double>(loss.batch_loss);
    correct += loss.correct;
  }
  return {.point = {.val_loss = sum / batches,
                    .val_acc = 100.0 * static_cast<double>(correct) / static_cast<double>(batches * size)},
          .val_loss_published = sum / (batches + 1)};
}

}  // namespace

std::vector<ReferenceRow> reference_life(const NetworkSpec& spec, const Dataset& dataset, int half_epochs,
                                         bool element_dropout) {
  exact::ExactNetwork network(spec, dataset.train.image);
  network.element_dropout = element_dropout;
  const auto size = static_cast<std::uint32_t>(spec.batch_size);
  const auto batches = static_cast<std::uint32_t>(dataset.train.count()) / size;
  std::vector<ReferenceRow> rows;
  std::vector<std::uint32_t> order;
  for (int half = 0; half < half_epochs; ++half) {
    if (half % 2 == 0) {
      network.epoch = static_cast<std::uint32_t>(half / 2);
      network.step = 0;
      order = shuffled(spec.random_seed, network.epoch, dataset.train.count());
    }
    const std::uint32_t begin = half % 2 == 0 ? 0 : batches / 2;
    const std::uint32_t end = half % 2 == 0 ? batches / 2 : batches;
    double sum = 0;
    for (std::uint32_t step = begin; step < end; ++step) {
      const Batch batch = gather(dataset.train, order, step, size);
      sum += static_cast<double>(network.train_step(batch.pixels, batch.labels).batch_loss);
    }
    ReferenceRow row = validate(network, dataset.validation);
    row.point.epoch = 0.5 * (half + 1);
    row.point.train_loss = sum / (end - begin);
    rows.push_back(row);
  }
  return rows;
}

}  // namespace mayfly::tests
