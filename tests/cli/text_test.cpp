// Numbers and times as people read them.
#include "cli/text.h"

#include <gmock/gmock.h>

#include <limits>

namespace mayfly::cli {
namespace {

TEST(Text, Counts) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(950), "950");
  EXPECT_EQ(count_text(12345), "12.3k");
  EXPECT_EQ(count_text(4.56e6), "4.56M");
  EXPECT_EQ(count_text(999999), "1M");
}

TEST(Text, OneIsOne) {
  EXPECT_EQ(counted(0, "network"), "0 networks");
  EXPECT_EQ(counted(1, "network"), "1 network");
  EXPECT_EQ(counted(2, "half epoch"), "2 half epochs");
}

TEST(Text, Bytes) {
  EXPECT_EQ(bytes_text(512), "512 B");
  EXPECT_EQ(bytes_text(1023), "0.999 KiB");
  EXPECT_EQ(bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(bytes_text(3.6 * 1024 * 1024 * 1024), "3.6 GiB");
}

TEST(Text, Durations) {
  EXPECT_EQ(duration_text(0.42), "0.4 s");
  EXPECT_EQ(duration_text(12.3), "12 s");
  EXPECT_EQ(duration_text(59.7), "1 min 00 s");
  EXPECT_EQ(duration_text(185), "3 min 05 s");
  EXPECT_EQ(duration_text(7620), "2 h 07 min");
  EXPECT_EQ(duration_text(3 * 86400 + 4 * 3600), "3 d 04 h");
  EXPECT_EQ(duration_text(std::numeric_limits<double>::infinity()), "unknown");
}

}  // namespace
}  // namespace mayfly::cli
