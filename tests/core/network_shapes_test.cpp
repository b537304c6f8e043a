// Shapes, kept maps and counts against brute force, the published tables by hand, and what is refused.
#include "core/network_shapes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <utility>

#include "core/error.h"
#include "core/random.h"

namespace mayfly {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr ImageShape kCifar{3, 32, 32};

int counted_outputs(int input, int kernel_size, int stride, int padding) {
  int outputs = 0;
  while (outputs * stride + kernel_size <= input + 2 * padding) ++outputs;
  return outputs;
}

TEST(OutputSize, CountsTheWindowsThatFit) {
  for (int input = 1; input <= 9; ++input)
    for (int kernel = 1; kernel <= 20; ++kernel)
      for (int stride = 1; stride <= 8; ++stride)
        for (int padding = 0; padding <= 6; ++padding)
          ASSERT_EQ(output_size(input, kernel, stride, padding),
                    counted_outputs(input, kernel, stride, padding))
              << input << " " << kernel << " " << stride << " " << padding;
}

std::int64_t counted_macs(const Conv2dShape& s) {
  std::int64_t macs = 0;
  for (int oh = 0; oh < s.out_height; ++oh)
    for (int ow = 0; ow < s.out_width; ++ow)
      for (int kh = 0; kh < s.kernel_size; ++kh)
        for (int kw = 0; kw < s.kernel_size; ++kw) {
          const int ih = oh * s.stride - s.padding + kh, iw = ow * s.stride - s.padding + kw;
          if (ih >= 0 && ih < s.height && iw >= 0 && iw < s.width) ++macs;
        }
  return macs * s.in_channels * s.out_channels;
}

/// A network that may be impossible: strides also above kernels, paddings also above maps.
NetworkSpec any_network(DrawSequence& draws) {
  NetworkSpec spec{.batch_size = draws.between(1, 9), .classes = draws.between(1, 12)};
  for (int i = draws.between(0, 4); i > 0; --i) {
    ConvBlockSpec block{.out_channels = draws.between(1, 9),
                        .kernel_size = draws.between(1, 7),
                        .stride = draws.between(1, 5),
                        .padding = draws.between(0, 5)};
    if (draws.below(2) == 0) {
      const int kernel = draws.between(1, 7);
      block.pool = PoolSpec{kernel, draws.between(1, 6), draws.between(0, kernel / 2)};
    }
    spec.conv_blocks.push_back(block);
  }
  for (int i = draws.between(0, 2); i > 0; --i) spec.hidden_linears.push_back({draws.between(1, 20)});
  return spec;
}

/// Calls `check` on many possible networks.
template <class Check>
void on_random_networks(Check check) {
  DrawSequence draws(4, Stream::architecture, {});
  int possible = 0;
  for (int i = 0; i < 6000 && !testing::Test::HasFailure(); ++i) {
    const NetworkSpec spec = any_network(draws);
    const int side = draws.between(1, 32);
    const ImageShape image{draws.between(1, 3), side, side};
    NetworkShapes shapes;
    try {
      shapes = network_shapes(spec, image);
    } catch (const UsageError&) {
      continue;
    }
    ++possible;
    check(spec, image, shapes);
  }
  EXPECT_GT(possible, 2000);
}

/// One axis of an operation: all inputs, kept inputs, kept outputs.
struct Axis {
  int full_input, input, outputs, kernel_size, stride, padding;
};

void expect_kept_is_what_is_read(const Axis& a, const char* what) {
  ASSERT_GE(a.input, 1) << what;
  ASSERT_LE(a.input, a.full_input) << what;
  bool last_is_read = false;
  for (int o = 0; o < a.outputs; ++o) {
    for (int k = 0; k < a.kernel_size; ++k) {
      const int i = o * a.stride - a.padding + k;
      if (i < 0 || i >= a.full_input) continue;
      ASSERT_LT(i, a.input) << what << ": a window reads what is not kept";
      last_is_read = last_is_read || i == a.input - 1;
    }
  }
  EXPECT_TRUE(last_is_read || a.input == 1 || a.input == a.full_input) << what << ": kept for nobody";
}

TEST(KeptMaps, HoldWhatIsReadAndEndWithIt) {
  on_random_networks([](const NetworkSpec& spec, ImageShape image, const NetworkShapes& shapes) {
    int full = image.height;
    for (std::size_t i = 0; i < shapes.layers.size(); ++i) {
      const LayerShape& layer = shapes.layers[i];
      const Conv2dShape& conv = layer.conv;
      EXPECT_EQ(conv.input_is_image, i == 0);
      EXPECT_TRUE(i > 0 || conv.height == image.height);
      EXPECT_EQ(conv.batch, spec.batch_size);
      ASSERT_EQ(conv.height, conv.width);
      ASSERT_EQ(conv.out_height, conv.out_width);
      if (i > 0)
        expect_kept_is_what_is_read(
            {full, conv.height, conv.out_height, conv.kernel_size, conv.stride, conv.padding}, "convolution");
      full = counted_outputs(full, conv.kernel_size, conv.stride, conv.padding);
      ASSERT_EQ(layer.full_output, (MapSize{full, full}));
      int kept = conv.out_height;
      if (layer.pool) {
        const Pool2dShape& pool = *layer.pool;
        ASSERT_EQ(pool.height, conv.out_height);
        ASSERT_EQ(pool.channels, conv.out_channels);
        expect_kept_is_what_is_read(
            {full, pool.height, pool.out_height, pool.kernel_size, pool.stride, pool.padding}, "pooling");
        full = counted_outputs(full, pool.kernel_size, pool.stride, pool.padding);
        kept = pool.out_height;
      }
      const bool last = i + 1 == shapes.layers.size();
      EXPECT_EQ(kept, last ? 1 : shapes.layers[i + 1].conv.height);
      EXPECT_TRUE(last || conv.out_channels == shapes.layers[i + 1].conv.in_channels);
    }
  });
}

TEST(KeptMaps, TheLastMapIsWhole) {
  on_random_networks([](const NetworkSpec& spec, ImageShape image, const NetworkShapes& shapes) {
    int side = image.height;
    for (const ConvBlockSpec& block : spec.conv_blocks) {
      side = counted_outputs(side, block.kernel_size, block.stride, block.padding);
      if (block.pool)
        side = counted_outputs(side, block.pool->kernel_size, block.pool->stride, block.pool->padding);
    }
    const LayerShape& linear = shapes.layers.at(spec.conv_blocks.size());
    EXPECT_TRUE(linear.linear);
    EXPECT_EQ(linear.conv.height, side);
    EXPECT_EQ(linear.conv.kernel_size, side);
    EXPECT_EQ(shapes.layers.size(), spec.conv_blocks.size() + spec.hidden_linears.size() + 1);
    EXPECT_EQ(shapes.layers.back().conv.out_channels, spec.classes);
  });
}

TEST(UsefulMacs, AreThoseThatBruteForceCounts) {
  on_random_networks([](const NetworkSpec& /*spec*/, ImageShape /*image*/, const NetworkShapes& shapes) {
    std::int64_t sum = 0;
    for (const LayerShape& layer : shapes.layers) {
      ASSERT_EQ(useful_macs(layer.conv), counted_macs(layer.conv));
      sum += useful_macs(layer.conv);
    }
    EXPECT_EQ(shapes.useful_macs_per_image(), sum);
    EXPECT_LE(sum, shapes.nominal_macs_per_image());
  });
}

TEST(PublishedTable, ShapesAndCountsOf539263) {
  const NetworkSpec spec{.batch_size = 25,
                         .conv_blocks = {{301, 24, 12, 4, true, false, PoolSpec{}},
                                         {297, 2, 2, 2, true, false, PoolSpec{}},
                                         {345, 2, 1, 2, true}},
                         .classes = 100};
  const NetworkShapes shapes = network_shapes(spec, kCifar);
  ASSERT_EQ(shapes.layers.size(), 4U);
  EXPECT_EQ(shapes.layers[0].full_output, (MapSize{2, 2}));
  EXPECT_EQ(shapes.layers[1].full_output, (MapSize{3, 3}));
  EXPECT_EQ(shapes.layers[2].full_output, (MapSize{6, 6}));
  EXPECT_EQ(shapes.layers[3].conv.fan_in(), 345 * 36);
  EXPECT_EQ(shapes.parameter_count(), 520429 + 357885 + 410205 + 1242100);
  EXPECT_EQ(shapes.nominal_macs_per_image(), 4 * 520128 + 9 * 357588 + 36 * 409860 + 1242000);
  // Per axis 20 + 24 taps of 48, 2 of 6, and 6 of 12 see the map.
  EXPECT_EQ(shapes.useful_macs_per_image(), 44 * 44 * 903 + 2 * 2 * 89397 + 6 * 6 * 102465 + 1242000);
}

TEST(PublishedTable, ShapesAndCountsOf917381) {
  const NetworkSpec spec{.batch_size = 186,
                         .dropout_rate = 0.46221952533637445,
                         .conv_blocks = {{190, 32, 20, 2, false, true},
                                         {306, 1, 1, 2, true},
                                         {383, 3, 2, 3, true, false, PoolSpec{5, 4, 1}}},
                         .fc_dropout_rate = 0.4343604085634797,
                         .hidden_linears = {{145, true}},
                         .classes = 100};
  const NetworkShapes shapes = network_shapes(spec, kCifar);
  ASSERT_EQ(shapes.layers.size(), 5U);
  EXPECT_EQ(shapes.layers[0].full_output, (MapSize{1, 1}));
  EXPECT_EQ(shapes.layers[1].full_output, (MapSize{5, 5}));
  EXPECT_EQ(shapes.layers[2].full_output, (MapSize{5, 5}));
  EXPECT_EQ(shapes.layers[2].conv.out_height, 4);  // the pooling window reads rows 0 to 3
  EXPECT_EQ(shapes.layers[2].conv.height, 5);
  EXPECT_EQ(shapes.layers[0].dropout_rate, spec.dropout_rate);
  EXPECT_EQ(shapes.layers[1].dropout_rate, 0);
  EXPECT_EQ(shapes.layers[3].dropout_rate, spec.fc_dropout_rate);
  EXPECT_TRUE(shapes.layers[3].relu);
  EXPECT_FALSE(shapes.layers[4].relu);
  EXPECT_EQ(shapes.parameter_count(), 583870 + 58446 + 1055165 + 55680 + 14600);
  EXPECT_EQ(shapes.nominal_macs_per_image(), 583680 + 25 * 58140 + 25 * 1054782 + 55535 + 14500);
  // Per axis 30 of 32 taps, 1 of 5, and 0 + 2 + 3 + 2 of the four rows kept.
  EXPECT_EQ(shapes.useful_macs_per_image(), 30 * 30 * 570 + 58140 + 7 * 7 * 117198 + 55535 + 14500);
}

class Refused : public testing::Test {
 protected:
  /// Message of the UsageError for `spec_`.
  std::string error(ImageShape image = kCifar) const {
    try {
      network_shapes(spec_, image);
    } catch (const UsageError& refused) {
      return refused.what();
    }
    ADD_FAILURE() << "accepted";
    return "";
  }
  ConvBlockSpec& block(std::size_t i = 0) { return spec_.conv_blocks[i]; }

  NetworkSpec spec_{.batch_size = 4, .conv_blocks = {{8, 3, 1, 1}, {8, 3, 1, 1}}, .classes = 10};
  static constexpr int kLargest = std::numeric_limits<int>::max();
};

TEST_F(Refused, NothingAtFirst) {
  EXPECT_NO_THROW(network_shapes(spec_, kCifar));
}

TEST_F(Refused, AKernelLargerThanItsPaddedMap) {
  block(1).kernel_size = 35;
  EXPECT_THAT(error(), AllOf(HasSubstr("convolution 2"), HasSubstr("35"), HasSubstr("padded map of 34")));
  block(1).kernel_size = kLargest;
  EXPECT_THAT(error(), HasSubstr("convolution 2"));
}

TEST_F(Refused, ABillionChannels) {
  block().out_channels = 1000000000;
  EXPECT_THAT(error(), AllOf(HasSubstr("convolution 1"), HasSubstr("out_channels 1000000000")));
  block().out_channels = 8;
  spec_.hidden_linears = {{1000000000}};
  EXPECT_THAT(error(), AllOf(HasSubstr("Linear layer 1"), HasSubstr("1000000000")));
  spec_.hidden_linears.clear();
  spec_.classes = 0;
  EXPECT_THAT(error(), AllOf(HasSubstr("Linear layer 1"), HasSubstr("found 0")));
}

TEST_F(Refused, NumbersThatAreNotPositive) {
  for (int ConvBlockSpec::*const field :
       {&ConvBlockSpec::out_channels, &ConvBlockSpec::kernel_size, &ConvBlockSpec::stride}) {
    for (const int value : {0, -1, std::numeric_limits<int>::min()}) {
      const int before = std::exchange(block(1).*field, value);
      EXPECT_THAT(error(), HasSubstr("convolution 2: out_channels, kernel_size and stride"));
      block(1).*field = before;
    }
  }
  block().padding = -1;
  EXPECT_THAT(error(), HasSubstr("convolution 1"));
  block().padding = kLargest;
  EXPECT_THAT(error(), HasSubstr("none may exceed 65536"));
}

TEST_F(Refused, PoolPaddingAboveHalfTheKernel) {
  for (const int kernel : {1, 2, 3, 4, 5}) {
    block().pool = PoolSpec{kernel, 1, kernel / 2};
    EXPECT_NO_THROW(network_shapes(spec_, kCifar)) << kernel;
    block().pool->padding = kernel / 2 + 1;
    EXPECT_THAT(error(),
                AllOf(HasSubstr("pooling of convolution 1"), HasSubstr("exceeds half of kernel_size")));
  }
}

TEST_F(Refused, PoolsThatDoNotFit) {
  block().pool = PoolSpec{33, 1, 0};
  EXPECT_THAT(error(), AllOf(HasSubstr("pooling of convolution 1"), HasSubstr("kernel_size 33 exceeds")));
  for (const PoolSpec pool : {PoolSpec{0, 1, 0}, PoolSpec{2, 0, 0}, PoolSpec{2, 1, -1}}) {
    block().pool = pool;
    EXPECT_THAT(error(), HasSubstr("pooling of convolution 1"));
  }
  for (const PoolSpec pool : {PoolSpec{kLargest, 1, kLargest / 2}, PoolSpec{2, kLargest, 0}}) {
    block().pool = pool;
    EXPECT_THAT(error(), HasSubstr("none may exceed 65536"));
  }
}

TEST_F(Refused, RatesOutsideZeroToOne) {
  for (const double rate : {-0.1, 1.0, 2.0, std::numeric_limits<double>::quiet_NaN()}) {
    spec_.dropout_rate = rate;
    EXPECT_THAT(error(), HasSubstr("dropout_rate: expected 0 <= rate < 1"));
    spec_.dropout_rate = 0;
    spec_.fc_dropout_rate = rate;
    EXPECT_THAT(error(), HasSubstr("FC_dropout_rate"));
    spec_.fc_dropout_rate = 0;
  }
}

TEST_F(Refused, BatchesAndImages) {
  spec_.batch_size = 0;
  EXPECT_THAT(error(), HasSubstr("batch_size"));
  spec_.batch_size = 1;
  EXPECT_THAT(error({0, 32, 32}), HasSubstr("image"));
  EXPECT_THAT(error({3, 0, 32}), HasSubstr("image"));
  EXPECT_THAT(error({3, 32, kLargest}), HasSubstr("image"));
  EXPECT_THAT(error({3, 32, 31}),
              AllOf(HasSubstr("Linear layer 1"), HasSubstr("square"), HasSubstr("32x31")));
}

TEST_F(Refused, CountsBeyondAnyMachine) {
  spec_.conv_blocks = {{1, 65536, 1, 65536}};  // 65569 x 65569 positions
  EXPECT_THAT(error(), HasSubstr("more than any machine holds"));
  spec_.conv_blocks = {{65536, 1, 1, 0}, {1, 512, 1, 240}};  // fan_in 2^34
  EXPECT_THAT(error(), AllOf(HasSubstr("convolution 2"), HasSubstr("more than any machine holds")));
  spec_.conv_blocks = {{65536, 1, 1, 128},
                       {1, 1, 1, 0}};  // the Linear layer's weights fit, 65536 wide they do not
  spec_.hidden_linears = {{65536}};
  EXPECT_NO_THROW(network_shapes(spec_, {1, 1, 1}));
  spec_.conv_blocks.pop_back();
  EXPECT_THAT(error({1, 1, 1}), AllOf(HasSubstr("Linear layer 1"), HasSubstr("more than any machine holds")));
}

}  // namespace
}  // namespace mayfly
