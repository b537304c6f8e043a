#include "core/near_miss.h"

#include <gtest/gtest.h>

namespace mayfly {
namespace {

const std::vector<std::string> kKeys = {"kernel_size", "stride", "padding", "pool_stride", "seed"};

TEST(Nearest, FindsTypingMistakes) {
  EXPECT_EQ(nearest("kernel-size", kKeys), "kernel_size");
  EXPECT_EQ(nearest("kernelsize", kKeys), "kernel_size");
  EXPECT_EQ(nearest("STRIDE", kKeys), "stride");
  EXPECT_EQ(nearest("pading", kKeys), "padding");
  EXPECT_EQ(nearest("sede", kKeys), "seed");  // a swap is one edit
  EXPECT_EQ(nearest("poolstride", kKeys), "pool_stride");
}

TEST(Nearest, IsEmptyForOtherWords) {
  EXPECT_EQ(nearest("", kKeys), std::nullopt);
  EXPECT_EQ(nearest("x", kKeys), std::nullopt);
  EXPECT_EQ(nearest("momentum", kKeys), std::nullopt);
  EXPECT_EQ(nearest(std::string(100000, 'a'), kKeys), std::nullopt);
  EXPECT_EQ(nearest("seed", std::vector<std::string>{}), std::nullopt);
}

TEST(Nearest, TheFirstOfEquals) {
  EXPECT_EQ(nearest("cat", std::vector<std::string>{"bat", "hat"}), "bat");
}

TEST(DidYouMean, IsASentenceOrNothing) {
  EXPECT_EQ(did_you_mean("strid", kKeys), "; did you mean 'stride'?");
  EXPECT_EQ(did_you_mean("quux", kKeys), "");
}

}  // namespace
}  // namespace mayfly
