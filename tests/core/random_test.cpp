// Known answers of Philox4x32-10 (Random123's kat_vectors) and the addressing of draws.
#include "core/random.h"

#include <gtest/gtest.h>

#include <vector>

namespace mayfly {
namespace {

TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox({0, 0}, {0, 0, 0, 0}), (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}),
            (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0xa4093822, 0x299f31d0}, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}),
            (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Draws, AddressIsCounterAndWord) {
  const DrawAddress at{.layer = 7, .step = 11, .epoch = 13};
  EXPECT_EQ(draw(99, Stream::dropout, at, 4 * 5 + 2), philox({99, 3}, {5, 7, 11, 13})[2]);
  DrawSequence sequence(99, Stream::dropout, at);
  for (std::uint32_t i = 0; i < 50; ++i) ASSERT_EQ(sequence.next(), draw(99, Stream::dropout, at, i)) << i;
}

TEST(Draws, BelowIsUnbiasedAndBounded) {
  DrawSequence sequence(1, Stream::architecture, {});
  std::vector<int> counts(7);
  for (int i = 0; i < 70000; ++i) ++counts.at(sequence.below(7));
  double chi_square = 0;
  for (const int count : counts) chi_square += (count - 10000.0) * (count - 10000.0) / 10000.0;
  EXPECT_LT(chi_square, 22.46);  // 6 degrees of freedom, p = 0.001
}

TEST(Draws, UnitFloatIsExactAndBelowOne) {
  EXPECT_EQ(unit_float(0xffffffff), 1.0F - 0x1p-24F);
  EXPECT_EQ(unit_float(0xff), 0.0F);
  EXPECT_EQ(unit_float(0x100), 0x1p-24F);
}

TEST(NetworkSeed, UsesBothHalvesOfTheCampaignSeed) {
  EXPECT_EQ(network_seed(0x299f31d0a4093822, 5), philox({0xa4093822, 0x299f31d0}, {5, 0, 0, 0})[0]);
  EXPECT_NE(network_seed(1, 0), network_seed(1ULL << 32 | 1, 0));
}

}  // namespace
}  // namespace mayfly
