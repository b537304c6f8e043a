// Every kernel behind convolution and Linear, whole and split, gives the bits of the contract: which one the
// static rule chooses cannot matter.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <functional>
#include <iterator>
#include <limits>

#include "core/error.h"
#include "kernels/cuda/gemm_choice.h"
#include "kernels/cuda/workspace.h"
#include "tests/reference/exact.h"
#include "tests/support/backend_test.h"

namespace mayfly::cuda {
namespace {

using exact::Floats;

constexpr GemmTile kTiles[] = {GemmTile::t64x64, GemmTile::t64x32, GemmTile::t32x32, GemmTile::t64x16,
                               GemmTile::t16x32};

Product weight_product(const Conv2dShape& shape) {
  return shape.input_is_image ? Product::image_weight_gradient : Product::weight_gradient;
}

/// Where single floats are loaded, with one tile alone.
bool has_data_gradient(const Conv2dShape& shape, GemmTile tile) {
  if (shape.input_is_image) return false;
  return tile == GemmTile::t32x32 || make_work(shape, Product::data_gradient).loads == GemmLoads::four;
}

class GemmTest : public testing::Test {
 protected:
  /// Values of a layer, on the device.
  struct Operands {
    Operands(Backend& backend, CaseRandom& random, const Conv2dShape& s)
        : shape(s),
          x(random_floats(random, static_cast<std::size_t>(s.input_count()))),
          w(random_floats(random, static_cast<std::size_t>(s.weight_count()))),
          dy(random_floats(random, static_cast<std::size_t>(s.output_count()))),
          conv(backend.make_conv2d(s)),
          x_device(backend, conv_input(backend, s, x)),
          w_device(backend, Floats(conv->weight_floats())),
          dy_device(backend, to_device(backend, output_map(s), dy)),
          no_bias(backend, Floats(static_cast<std::size_t>(s.out_channels), -0.0F)) {
      conv->import_weights(w, w_device.floats());
    }
    Conv2dShape shape;
    Floats x, w, dy;
    std::unique_ptr<Conv2d> conv;
    DeviceArray x_device, w_device, dy_device, no_bias;
  };

  /// What `product` writes to `out` with one kernel, as `read` finds it before anything is freed: that waits
  /// for every stream, the wrong one too.
  Floats run(const Operands& o, Product product, GemmTile tile, bool apart, const float* a, const float* b,
             const float* bias, DeviceArray& out, const std::function<Floats()>& read) {
    GemmWork work = make_work(o.shape, product);
    Workspace workspace(stream_);
    GemmArgs args = work.shared;
    if (apart) {
      SplitItems items = split(work, tiles_of(work, tile));
      workspace.reserve_floats(static_cast<std::size_t>(items.sums));
      workspace.reserve_tickets(static_cast<std::size_t>(items.tickets));
      work.items = items.items;
    }
    sort_by_length(work, work.items);
    const Buffer items = upload_copy(std::span<const GemmItem>(work.items), stream_);
    args.items = static_cast<const GemmItem*>(items.data());
    args.item_count = static_cast<int>(work.items.size());
    args.a = a, args.b = b, args.out = out.floats(), args.bias = bias;
    args.sums = workspace.floats(), args.tickets = workspace.tickets();
    const GemmKernel kernel{tile, work.loads};
    if (product == Product::forward) run_forward(args, kernel, stream_);
    if (product == Product::data_gradient) run_data_gradient(args, kernel, stream_);
    if (product == Product::weight_gradient) run_weight_gradient(args, kernel, stream_);
    if (product == Product::image_weight_gradient) run_image_weight_gradient(args, kernel, stream_);
    stream_.synchronise();
    return read();
  }

  void expect_exact(CaseRandom& random, const Conv2dShape& shape) {
    Operands o(*backend_, random, shape);
    const Floats y = exact::conv2d(shape, o.x, o.w);
    const Floats dw = exact::conv2d_weight_gradient(shape, o.x, o.dy);
    const Floats dx = exact::conv2d_data_gradient(shape, o.dy, o.w);
    for (const GemmTile tile : kTiles)
      for (const bool apart : {false, true}) {
        SCOPED_TRACE(fmt::format("{}; tile {}, split {}", describe(shape), static_cast<int>(tile), apart));
        expect_forward(o, tile, apart, y);
        expect_weight_gradient(o, tile, apart, dw);
        if (has_data_gradient(shape, tile)) expect_data_gradient(o, tile, apart, dx);
      }
  }

  void expect_forward(Operands& o, GemmTile tile, bool apart, const Floats& expected) {
    const LogicalMap map = output_map(o.shape);
    DeviceArray y = DeviceArray::poisoned(*backend_, device_floats(*backend_, map));
    const Floats found = run(o, Product::forward, tile, apart, o.x_device.floats(), o.w_device.floats(),
                             o.no_bias.floats(), y, [&] { return y.read(); });
    EXPECT_EQ(bit_differences(expected, from_device(*backend_, map, found)), "") << "forward";
  }

  void expect_data_gradient(Operands& o, GemmTile tile, bool apart, const Floats& expected) {
    const LogicalMap map = input_map(o.shape);
    DeviceArray dx = DeviceArray::poisoned(*backend_, device_floats(*backend_, map));
    const Floats found = run(o, Product::data_gradient, tile, apart, o.dy_device.floats(),
                             o.w_device.floats(), nullptr, dx, [&] { return dx.read(); });
    EXPECT_EQ(bit_differences(expected, from_device(*backend_, map, found)), "") << "data gradient";
  }

  void expect_weight_gradient(Operands& o, GemmTile tile, bool apart, const Floats& expected) {
    DeviceArray dw(*backend_, Floats(o.conv->weight_floats()));
    const auto exported = [&] {
      Floats logical(o.w.size());
      o.conv->export_weights(dw.floats(), logical);
      return logical;
    };
    const Floats found = run(o, weight_product(o.shape), tile, apart, o.x_device.floats(),
                             o.dy_device.floats(), nullptr, dw, exported);
    EXPECT_EQ(bit_differences(expected, found), "") << "weight gradient";
  }

  std::unique_ptr<Backend> backend_ = make_backend("cuda:0", 1);
  Stream stream_;
};

TEST_F(GemmTest, EveryKernelGivesTheExactBits) {
  CaseRandom random(1);
  for (int i = 0; i < 25 && !HasFailure(); ++i) expect_exact(random, random_conv2d(random, 100'000));
}

TEST_F(GemmTest, EveryKernelCutsChunksWhereTheContractDoes) {
  const Conv2dShape shapes[] = {
      {3, 130, 3, 3, 70, 3, 1, 1, 3, 3},       // three chunks of whole taps
      {2, 513, 3, 3, 7, 2, 1, 0, 2, 2},        // cuts inside a tap, forward
      {2, 7, 3, 3, 515, 2, 1, 1, 4, 4},        // and in the data gradient
      {2, 600, 2, 2, 516, 2, 1, 0, 1, 1},      // cuts inside a tap, whole groups of four
      {130, 6, 4, 4, 66, 2, 1, 1, 5, 5},       // weight gradient: several chunks of whole positions
      {515, 2, 3, 3, 3, 2, 1, 0, 2, 2},        // and inside a position
      {70, 3, 6, 6, 20, 3, 2, 2, 4, 4, true},  // the image
  };
  CaseRandom random(2);
  for (const Conv2dShape& shape : shapes) expect_exact(random, shape);
}

TEST(GemmWork, LayersBeyondThirtyTwoBitsAreRefused) {
  const Conv2dShape vast{.batch = 20000,
                         .in_channels = 400,
                         .height = 20,
                         .width = 20,
                         .out_channels = 400,
                         .kernel_size = 3,
                         .stride = 1,
                         .padding = 1,
                         .out_height = 20,
                         .out_width = 20};
  EXPECT_THROW(make_work(vast, Product::forward), DeviceError);
  const Conv2dShape wraps_to_nothing{65536, 65536, 1, 1, 4, 1, 1, 0, 1, 1};
  EXPECT_THROW(make_work(wraps_to_nothing, Product::forward), DeviceError);
}

/// 2x2 positions, kernel size 1.
Conv2dShape pointwise(int in_channels, int out_channels) {
  return {.batch = 2,
          .in_channels = in_channels,
          .height = 2,
          .width = 2,
          .out_channels = out_channels,
          .kernel_size = 1,
          .stride = 1,
          .padding = 0,
          .out_height = 2,
          .out_width = 2};
}

TEST(GemmWork, ChannelsAreReadInFoursUnlessChunksCutThem) {
  for (const int channels : {5, 301, 510, 512, 516, 520}) {
    EXPECT_EQ(make_work(pointwise(channels, 3), Product::forward).loads, GemmLoads::four) << channels;
    EXPECT_EQ(make_work(pointwise(3, channels), Product::data_gradient).loads, GemmLoads::four) << channels;
  }
  for (const int channels : {513, 602}) {
    EXPECT_EQ(make_work(pointwise(channels, 3), Product::forward).loads, GemmLoads::one) << channels;
    EXPECT_EQ(make_work(pointwise(3, channels), Product::data_gradient).loads, GemmLoads::one) << channels;
  }
}

TEST(GemmWork, AChunkIsWholeSegmentsAsTheyLieInMemory) {
  EXPECT_EQ(make_work(pointwise(301, 3), Product::forward).shared.chunk, 304);      // one of 301
  EXPECT_EQ(make_work(pointwise(150, 3), Product::forward).shared.chunk, 3 * 152);  // three of 150
  EXPECT_EQ(make_work(pointwise(3, 150), Product::data_gradient).shared.chunk, 3 * 152);
  EXPECT_EQ(make_work(pointwise(516, 3), Product::forward).shared.chunk, 512);  // cut inside a segment
}

TEST(GemmWork, TheLargestImageOfThirtyTwoBitsIsTaken) {
  Conv2dShape shape{.in_channels = 3,
                    .height = 1,
                    .width = 1,
                    .out_channels = 4,
                    .kernel_size = 3,
                    .stride = 1,
                    .padding = 1,
                    .out_height = 1,
                    .out_width = 1,
                    .input_is_image = true};
  shape.batch = std::numeric_limits<std::int32_t>::max() / (3 * 3 * 3);  // 3x3 with its border, 3 channels
  EXPECT_NO_THROW(make_work(shape, Product::forward));
  ++shape.batch;
  EXPECT_THROW(make_work(shape, Product::forward), DeviceError);
}

TEST(GemmChoice, SplitsWhereBlocksWouldBeTooFew) {
  const Conv2dShape linear{.batch = 25,
                           .in_channels = 345,
                           .height = 6,
                           .width = 6,
                           .out_channels = 100,
                           .kernel_size = 6,
                           .out_height = 1,
                           .out_width = 1};
  const GemmWork work = make_work(linear, Product::forward);
  EXPECT_TRUE(choose(work, Product::forward, {80}, 1 << 24).split);
  EXPECT_FALSE(choose(work, Product::forward, {80}, 0).split) << "no workspace";
}

TEST(GemmChoice, VariantsAreTheTilesWholeAndSplit) {
  const GemmWork work = make_work(pointwise(600, 5), Product::forward);  // two chunks
  const std::vector<std::string> names = gemm_variants();
  EXPECT_THAT(names, testing::ElementsAre("tile 64x64", "tile 64x32", "tile 32x32", "tile 64x16",
                                          "tile 16x32", "tile 64x64, split", "tile 64x32, split",
                                          "tile 32x32, split", "tile 64x16, split", "tile 16x32, split"));
  for (std::size_t variant = 0; variant < names.size(); ++variant) {
    const GemmChoice choice = choose(work, Product::forward, {80, variant}, 1 << 24);
    EXPECT_EQ(choice.kernel.tile, kTiles[variant % std::size(kTiles)]) << names[variant];
    EXPECT_EQ(choice.split, names[variant].ends_with("split")) << names[variant];
  }
  EXPECT_THROW(choose(work, Product::forward, {80, names.size()}, 1 << 24), std::out_of_range);
}

TEST(GemmChoice, ADataGradientThatReadsOneByOneHasOneTile) {
  Conv2dShape shape = pointwise(64, 513);
  shape.batch = 4096;  // the model would take the largest tile
  const GemmWork work = make_work(shape, Product::data_gradient);
  EXPECT_EQ(choose(work, Product::data_gradient, {80}, 1 << 24).kernel.tile, GemmTile::t32x32);
  for (std::size_t variant = 0; variant < gemm_variants().size(); ++variant)
    EXPECT_EQ(choose(work, Product::data_gradient, {80, variant}, 1 << 24).kernel.tile, GemmTile::t32x32);
  EXPECT_THROW(run_data_gradient({}, {GemmTile::t64x64, GemmLoads::one}, nullptr), std::logic_error);
}

}  // namespace
}  // namespace mayfly::cuda
