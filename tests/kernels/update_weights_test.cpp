// SGD within the weight gradient: the bits of the two one after the other, in the layout's padding too.
#include <gtest/gtest.h>

#include "tests/support/backend_test.h"

namespace mayfly {
namespace {

SgdScalars scalars_of_case(int which) {
  return {.learning_rate = 0.03,
          .momentum = (which & 1) != 0 ? 0.9 : 0,
          .dampening = (which & 2) != 0 ? 0.1 : 0,
          .weight_decay = (which & 4) != 0 ? 0.01 : 0};
}

class UpdateWeightsTest : public BackendTest {
 protected:
  /// Weights and momentum in the layout of the weights.
  struct Parameters {
    std::vector<float> weights, momentum;
  };
  struct Operands {
    std::vector<float> x, dy, weights, momentum;
  };

  static Operands random_operands(CaseRandom& random, const Conv2dShape& shape) {
    const auto floats = [&](std::int64_t count) {
      return random_floats(random, static_cast<std::size_t>(count));
    };
    return {floats(shape.input_count()), floats(shape.output_count()), floats(shape.weight_count()),
            floats(shape.weight_count())};
  }

  static Parameters trained(Backend& backend, const Conv2dShape& shape, const Operands& operands,
                            const SgdScalars& scalars, bool at_once) {
    const auto conv = backend.make_conv2d(shape);
    const std::vector<float> zeros(conv->weight_floats());
    DeviceArray x(backend, conv_input(backend, shape, operands.x));
    DeviceArray dy(backend, to_device(backend, output_map(shape), operands.dy));
    DeviceArray dw(backend, zeros), w(backend, zeros), b(backend, zeros);
    conv->import_weights(operands.weights, w.floats());
    conv->import_weights(operands.momentum, b.floats());
    float* const momentum = scalars.momentum != 0 ? b.floats() : nullptr;
    if (at_once) {
      conv->update_weights(x.floats(), dy.floats(), scalars, dw.floats(), w.floats(), momentum);
    } else {
      conv->weight_gradient(x.floats(), dy.floats(), dw.floats());
      backend.sgd(scalars, zeros.size(), dw.floats(), w.floats(), momentum);
    }
    return {w.read(), b.read()};
  }

  void expect_same(CaseRandom& random, const Conv2dShape& shape, int which) {
    const Operands operands = random_operands(random, shape);
    for (const auto& backend : backends_) {
      if (!backend->make_conv2d(shape)->updates_weights()) continue;
      for (const std::uint64_t updates : {0U, 1U}) {
        SCOPED_TRACE(testing::Message() << describe(shape) << ", scalars " << which << ", updates " << updates
                                        << ", " << backend->description());
        backend->set_counters({.updates = updates});
        const Parameters expected = trained(*backend, shape, operands, scalars_of_case(which), false);
        const Parameters found = trained(*backend, shape, operands, scalars_of_case(which), true);
        EXPECT_EQ(bit_differences(expected.weights, found.weights), "") << "weights";
        EXPECT_EQ(bit_differences(expected.momentum, found.momentum), "") << "momentum";
      }
    }
  }
};

TEST_F(UpdateWeightsTest, RandomShapes) {
  CaseRandom random(1);
  for (int i = 0; i < cases(200) && !HasFailure(); ++i)
    expect_same(random, random_conv2d(random, 500'000), i % 8);
}

TEST_F(UpdateWeightsTest, SeveralChunksTapsWithoutTermsAndPartsOfVectors) {
  const Conv2dShape shapes[] = {
      {130, 6, 4, 4, 66, 2, 1, 1, 5, 5},       // several chunks of whole positions
      {515, 2, 3, 3, 3, 2, 1, 0, 2, 2},        // cuts inside a position
      {4, 70, 2, 2, 130, 5, 1, 2, 2, 2},       // taps that no position reads
      {70, 3, 6, 6, 20, 3, 2, 2, 4, 4, true},  // the image, several chunks
      {9, 40, 1, 1, 10, 1, 1, 0, 1, 1},        // Linear
  };
  CaseRandom random(2);
  for (const Conv2dShape& shape : shapes)
    for (int which = 0; which < 8; ++which) expect_same(random, shape, which);
}

TEST_F(UpdateWeightsTest, ABackendWithoutItSaysSo) {
  const Conv2dShape shape{1, 1, 1, 1, 1, 1, 1, 0, 1, 1};
  for (const auto& backend : backends_) {
    const auto conv = backend->make_conv2d(shape);
    if (conv->updates_weights()) continue;
    EXPECT_THROW(conv->update_weights(nullptr, nullptr, {}, nullptr, nullptr, nullptr), std::logic_error);
  }
}

}  // namespace
}  // namespace mayfly
