// The gathered batch: which images, which values, where, and their labels.
#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>

#include "tests/reference/exact.h"
#include "tests/support/backend_test.h"

namespace mayfly {
namespace {

using exact::Floats;

struct GatherCase {
  GatherShape shape;
  int images;
  std::vector<std::uint8_t> pixels, labels;
  std::vector<std::uint32_t> order;  ///< empty: file order
  std::uint32_t step;
  Floats table;

  std::size_t image_bytes() const {
    return static_cast<std::size_t>(shape.image.channels) * shape.image.height * shape.image.width;
  }
  std::uint32_t image_of(int slot) const {
    const std::uint32_t at =
        step * static_cast<std::uint32_t>(shape.batch) + static_cast<std::uint32_t>(slot);
    return order.empty() ? at : order[at];
  }
};

GatherCase random_case(CaseRandom& random) {
  GatherCase c{.shape = {.batch = random.between(1, 20),
                         .image = {random.between(1, 4), random.between(1, 12), random.between(1, 12)},
                         .padding = random.between(0, 5)}};
  const int batches = random.between(1, 5);
  c.images = c.shape.batch * batches + random.between(0, c.shape.batch - 1);
  c.step = static_cast<std::uint32_t>(random.between(0, batches - 1));
  c.pixels = random_pixels(random, c.image_bytes() * static_cast<std::size_t>(c.images));
  c.labels = random_pixels(random, static_cast<std::size_t>(c.images));
  c.table = random_floats(random, static_cast<std::size_t>(c.shape.image.channels) * 256);
  if (random.chance(0.3)) return c;
  c.order.resize(static_cast<std::size_t>(c.images));
  std::iota(c.order.begin(), c.order.end(), 0U);
  for (std::size_t i = c.order.size(); i-- > 1;)
    std::swap(c.order[i], c.order[static_cast<std::size_t>(random.between(0, static_cast<int>(i)))]);
  return c;
}

/// (batch, channels, height, width), normalised.
Floats expected_images(const GatherCase& c) {
  Floats images;
  const std::size_t plane = static_cast<std::size_t>(c.shape.image.height) * c.shape.image.width;
  for (int slot = 0; slot < c.shape.batch; ++slot)
    for (std::size_t i = 0; i < c.image_bytes(); ++i)
      images.push_back(c.table[i / plane * 256 + c.pixels[c.image_of(slot) * c.image_bytes() + i]]);
  return images;
}

class GatherTest : public BackendTest {};

TEST_F(GatherTest, BatchesAreThoseOfTheOrder) {
  CaseRandom random(1);
  for (int i = 0; i < cases(200) && !HasFailure(); ++i) {
    const GatherCase c = random_case(random);
    const LogicalMap map{c.shape.batch, c.shape.image.channels, c.shape.image.height, c.shape.image.width};
    const Floats images = expected_images(c);
    for (const auto& backend : backends_) {
      const auto dataset = backend->make_dataset(c.pixels, c.labels, c.shape.image);
      const auto gather = backend->make_gather(c.shape, c.table);
      DeviceArray x(*backend, Floats(gather->image_floats()));
      std::vector<std::uint32_t> labels(static_cast<std::size_t>(c.shape.batch), 0xFFFFFFFF);
      const Buffer device_labels = device_words(*backend, labels), order = device_words(*backend, c.order);
      backend->set_counters({.epoch = 3, .step = c.step});
      gather->run(*dataset, c.order.empty() ? nullptr : words_of(order), x.floats(), words_of(device_labels));
      backend->download(device_labels.data(), labels.data(), device_labels.bytes());
      EXPECT_EQ(bit_differences(gathered(*backend, map, c.shape.padding, images), x.read()), "")
          << "batch " << c.shape.batch << ", step " << c.step;
      for (int slot = 0; slot < c.shape.batch; ++slot)
        EXPECT_EQ(labels[static_cast<std::size_t>(slot)], c.labels[c.image_of(slot)]);
    }
  }
}

TEST_F(GatherTest, ATableOfTheWrongSizeIsRefused) {
  EXPECT_THROW(backends_.front()->make_gather({.batch = 1, .image = {3, 4, 4}}, Floats(256)),
               std::logic_error);
}

TEST_F(GatherTest, CountersAdvance) {
  Backend& backend = *backends_.front();
  backend.set_counters({.epoch = 2, .step = 7, .updates = 9});
  backend.advance(true);
  backend.advance(false);
  EXPECT_EQ(backend.counters(), (StepCounters{.epoch = 2, .step = 9, .updates = 10}));
}

}  // namespace
}  // namespace mayfly
