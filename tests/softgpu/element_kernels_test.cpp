// Kernels of everything but products, called without a backend, in both layouts of maps: the backend's tests
// see only the exact engine's. Equal to kernels/arithmetic.md bit by bit; the padding of every map ends as
// +0.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "kernels/cuda/activation.h"
#include "kernels/cuda/dataset.h"
#include "kernels/cuda/dropout.h"
#include "kernels/cuda/gather.h"
#include "kernels/cuda/max_pool2d.h"
#include "kernels/cuda/runtime.h"
#include "kernels/cuda/state.h"
#include "tests/reference/exact.h"
#include "tests/softgpu/launches.h"
#include "tests/support/device_array.h"
#include "tests/support/device_layout.h"
#include "tests/support/random_cases.h"

namespace mayfly::cuda {
namespace {

using exact::Floats;
using softgpu::launches_of;

/// The parameter: whether images come before positions.
class ElementKernels : public testing::TestWithParam<bool> {
 protected:
  MapLayout layout(const LogicalMap& map) const { return context_.layout(map.h * map.w, map.n, map.c); }

  /// Calls visit(place in memory, channel, place in (N,C,H,W)) for every element, padding included.
  template <class Visit>
  void for_each_element(const LogicalMap& map, const Visit& visit) const {
    const MapLayout at = layout(map);
    for (int n = 0; n < map.n; ++n)
      for (int p = 0; p < map.h * map.w; ++p)
        for (int c = 0; c < padded_to_four(map.c); ++c)
          visit(static_cast<std::size_t>(p * at.position + n * at.image + c), c,
                map.at(n, c, p / map.w, p % map.w));
  }

  std::size_t floats(const LogicalMap& map) const {
    return static_cast<std::size_t>(map.n) * map.h * map.w * padded_to_four(map.c);
  }

  /// The padding is poison: no kernel here may need it.
  Buffer to_device(const LogicalMap& map, const Floats& logical) {
    Floats physical(floats(map), std::numeric_limits<float>::signaling_NaN());
    for_each_element(map, [&](std::size_t to, int c, std::size_t from) {
      if (c < map.c) physical[to] = logical[from];
    });
    return upload_copy(std::span<const float>(physical), stream_);
  }

  Buffer poisoned(std::size_t count) {
    const Floats poison(count, std::numeric_limits<float>::signaling_NaN());
    return upload_copy(std::span<const float>(poison), stream_);
  }

  Floats read(const Buffer& buffer) {
    Floats values(buffer.bytes() / sizeof(float));
    download(buffer.data(), values.data(), buffer.bytes(), stream_);
    return values;
  }

  Floats from_device(const LogicalMap& map, const Buffer& buffer) {
    const Floats physical = read(buffer);
    Floats logical(map.count());
    for_each_element(map, [&](std::size_t from, int c, std::size_t to) {
      if (c < map.c)
        logical[to] = physical[from];
      else
        EXPECT_TRUE(physical[from] == 0 && !std::signbit(physical[from])) << "padding: " << physical[from];
    });
    return logical;
  }

  Stream stream_;
  Buffer state_ = allocate(sizeof(DeviceState), stream_);
  Context context_{
      .stream = stream_, .state = static_cast<DeviceState*>(state_.data()), .image_major = GetParam()};
};

TEST_P(ElementKernels, MaxPool2d) {
  CaseRandom random(1);
  std::vector<Pool2dShape> shapes = {{.batch = 1,
                                      .channels = 2,
                                      .height = 256,
                                      .width = 2,
                                      .kernel_size = 2,
                                      .padding = 1,
                                      .out_height = 257,
                                      .out_width = 3},
                                     {.batch = 1,
                                      .channels = 2,
                                      .height = 2,
                                      .width = 256,
                                      .kernel_size = 2,
                                      .padding = 1,
                                      .out_height = 3,
                                      .out_width = 257}};
  while (shapes.size() < 60) shapes.push_back(random_pool2d(random));
  for (std::size_t i = 0; i < shapes.size() && !HasFailure(); ++i) {
    const Pool2dShape& shape = shapes[i];
    SCOPED_TRACE(describe(shape));
    const double special = i % 3 == 0 ? 0.4 : 0;
    const Floats x = random_floats(random, static_cast<std::size_t>(shape.input_count()), special);
    const Floats dy = random_floats(random, static_cast<std::size_t>(shape.output_count()), special);
    CudaMaxPool2d pool(context_, shape);
    const LogicalMap input = input_map(shape), output = output_map(shape);
    const Buffer x_device = to_device(input, x), dy_device = to_device(output, dy);
    const Buffer y = poisoned(floats(output)), dx = poisoned(floats(input));
    const Buffer winners = allocate(pool.winner_bytes(), stream_);
    EXPECT_EQ(launches_of([&] { pool.forward(x_device.floats(), y.floats(), winners.data()); }), 1U);
    EXPECT_EQ(launches_of([&] { pool.backward(dy_device.floats(), winners.data(), dx.floats()); }), 1U);
    EXPECT_EQ(bit_differences(exact::max_pool2d(shape, x).values, from_device(output, y)), "");
    EXPECT_EQ(bit_differences(exact::max_pool2d_gradient(shape, x, dy), from_device(input, dx)), "");
  }
}

/// What a layer hands to its backward pass. The mask per channel has a map of one position.
struct BackwardCase {
  Conv2dShape shape;
  Activation activation;
  LogicalMap mask_map;
  std::vector<bool> kept;  ///< by element of the output
  Floats mask, before_relu, dy;
};

BackwardCase random_backward(CaseRandom& random, double special) {
  BackwardCase c{.shape = random_conv2d(random, 1'000'000)};
  if (random.chance(0.1))  // several tiles of images and of positions
    c.shape = {.batch = random.between(60, 200), .out_channels = 5, .out_height = 13, .out_width = 11};
  c.activation = {.relu = random.chance(0.6), .mask_per_position = random.chance(0.5)};
  const LogicalMap map = output_map(c.shape);
  c.mask_map = c.activation.mask_per_position ? map : LogicalMap{map.n, map.c, 1, 1};
  c.mask.resize(c.mask_map.count());
  for (float& factor : c.mask) factor = random.chance(0.5) ? 1.25F : 0.0F;
  const std::size_t shared = map.count() / c.mask.size();
  for (std::size_t i = 0; i < map.count(); ++i) c.kept.push_back(c.mask[i / shared] != 0);
  c.before_relu = random_floats(random, map.count(), special);
  c.dy = random_floats(random, map.count(), special);
  return c;
}

TEST_P(ElementKernels, ActivationBackward) {
  CaseRandom random(2);
  const Buffer tickets = allocate(256, stream_);
  for (int i = 0; i < 60 && !HasFailure(); ++i) {
    const BackwardCase c = random_backward(random, i % 3 == 0 ? 0.3 : 0);
    const LogicalMap map = output_map(c.shape);
    const bool drops = i % 2 == 0;
    SCOPED_TRACE(testing::Message() << describe(c.shape) << "; drops " << drops);
    Floats y = c.activation.relu ? exact::relu(c.before_relu) : c.before_relu, g = c.dy;
    if (drops) y = exact::dropout(c.kept, 1.25F, y), g = exact::dropout(c.kept, 1.25F, g);
    if (c.activation.relu) g = exact::relu_gradient(c.before_relu, g);

    const Buffer y_device = to_device(map, y), dy = to_device(map, c.dy),
                 mask = to_device(c.mask_map, c.mask);
    const Buffer dbias = poisoned(static_cast<std::size_t>(c.shape.out_channels));
    const Buffer scratch = poisoned(activation_scratch_floats(c.shape));
    ASSERT_LE(activation_tickets(c.shape) * sizeof(unsigned), tickets.bytes());
    Activation activation = c.activation;
    if (drops) activation.mask = mask.floats();
    EXPECT_EQ(launches_of([&] {
                activation_backward(context_, c.shape, activation, y_device.floats(), dy.floats(),
                                    dbias.floats(), scratch.floats(), static_cast<unsigned*>(tickets.data()));
              }),
              1U);
    EXPECT_EQ(bit_differences(g, from_device(map, dy)), "");
    EXPECT_EQ(bit_differences(exact::bias_gradient(c.shape, g), read(dbias)), "");
  }
}

TEST_P(ElementKernels, DropoutMask) {
  CaseRandom random(3);
  for (int i = 0; i < 40 && !HasFailure(); ++i) {
    DropoutShape shape{.batch = random.between(1, 9), .channels = random.between(1, 70)};
    shape.per_element = i % 2 == 0;
    if (shape.per_element) {
      shape.full_height = random.between(1, 9);
      shape.full_width = random.between(1, 9);
      shape.height = random.between(1, shape.full_height);
      shape.width = random.between(1, shape.full_width);
    }
    const double rate = 0.01 * random.between(0, 99);
    const LogicalMap map{shape.batch, shape.channels, shape.height, shape.width};
    const Buffer mask = poisoned(floats(map));
    set_counters(context_, {.epoch = 5, .step = static_cast<std::uint32_t>(i)});
    EXPECT_EQ(launches_of([&] { dropout_mask(context_, shape, rate, 77, 3, mask.floats()); }), 1U);
    Floats expected;
    for (const bool kept : exact::dropout_mask(shape, rate, 77, 3, static_cast<std::uint32_t>(i), 5))
      expected.push_back(kept ? exact::dropout_scale(rate) : 0.0F);
    EXPECT_EQ(bit_differences(expected, from_device(map, mask)), "")
        << shape.batch << " images, " << shape.channels << " channels, per element " << shape.per_element;
  }
}

struct GatherCase {
  GatherShape shape;
  std::vector<std::uint8_t> pixels, labels;
  Floats table;
};

GatherCase random_gather(CaseRandom& random, std::size_t batches) {
  const ImageShape image{random.between(1, 3), random.between(1, 12), random.between(1, 12)};
  GatherCase c{.shape = {.batch = random.between(1, 70), .image = image, .padding = random.between(0, 3)}};
  const std::size_t count = batches * static_cast<std::size_t>(c.shape.batch);
  c.pixels =
      random_pixels(random, count * static_cast<std::size_t>(image.channels) * image.height * image.width);
  c.labels = random_pixels(random, count);
  c.table = random_floats(random, static_cast<std::size_t>(image.channels) * 256);
  return c;
}

std::size_t gathered_floats(const GatherShape& s, bool image_major) {
  const int border = image_major ? 0 : 2 * s.padding;
  return LogicalMap{s.batch, s.image.channels, s.image.height + border, s.image.width + border}.count();
}

/// Where pixel (h, w) of a channel of image n of the batch lies.
std::size_t gathered_place(const GatherShape& s, bool image_major, int n, int c, int h, int w) {
  if (image_major) return LogicalMap{s.batch, s.image.height, s.image.width, s.image.channels}.at(n, h, w, c);
  const LogicalMap map{s.image.height + 2 * s.padding, s.image.width + 2 * s.padding, s.batch,
                       s.image.channels};
  return map.at(h + s.padding, w + s.padding, n, c);
}

TEST_P(ElementKernels, Gather) {
  CaseRandom random(4);
  constexpr std::uint32_t kBatches = 3, kStep = 2;
  for (int i = 0; i < 40 && !HasFailure(); ++i) {
    const GatherCase c = random_gather(random, kBatches);
    const ImageShape& image = c.shape.image;
    const auto images = static_cast<std::uint32_t>(c.labels.size());
    std::vector<std::uint32_t> order;  // backwards
    for (std::uint32_t n = images; n-- > 0;) order.push_back(n);

    const auto shared = [&](const auto& values) {
      return std::make_shared<const Buffer>(upload_copy(std::span(values), stream_));
    };
    const CudaDataset dataset(shared(c.pixels), shared(c.labels), images, image);
    CudaGather gather(context_, c.shape, upload_copy(std::span<const float>(c.table), stream_));
    EXPECT_EQ(gather.image_floats(), gathered_floats(c.shape, GetParam()));
    const Buffer x = allocate(gather.image_floats() * sizeof(float), stream_);
    const Buffer labels = poisoned(static_cast<std::size_t>(c.shape.batch));
    const auto order_device = shared(order);
    set_counters(context_, {.step = kStep});
    EXPECT_EQ(launches_of([&] {
                gather.run(dataset, i % 2 == 0 ? words_of(*order_device) : nullptr, x.floats(),
                           words_of(labels));
              }),
              1U);

    Floats expected(gather.image_floats());
    std::vector<std::uint32_t> found(static_cast<std::size_t>(c.shape.batch));
    download(labels.data(), found.data(), labels.bytes(), stream_);
    for (int n = 0; n < c.shape.batch; ++n) {
      const std::uint32_t at =
          kStep * static_cast<std::uint32_t>(c.shape.batch) + static_cast<std::uint32_t>(n);
      const std::uint32_t index = i % 2 == 0 ? order[at] : at;
      EXPECT_EQ(found[static_cast<std::size_t>(n)], c.labels[index]);
      const std::uint8_t* pixel =
          c.pixels.data() + std::size_t{index} * image.channels * image.height * image.width;
      for (int channel = 0; channel < image.channels; ++channel)
        for (int h = 0; h < image.height; ++h)
          for (int w = 0; w < image.width; ++w)
            expected[gathered_place(c.shape, GetParam(), n, channel, h, w)] =
                c.table[static_cast<std::size_t>(channel) * 256 + *pixel++];
    }
    EXPECT_EQ(bit_differences(expected, read(x)), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Layouts, ElementKernels, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& layout) {
                           return layout.param ? "ImagesFirst" : "PositionsFirst";
                         });

}  // namespace
}  // namespace mayfly::cuda
