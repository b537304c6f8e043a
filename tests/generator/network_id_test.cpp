#include "generator/network_id.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace mayfly {
namespace {

TEST(NetworkId, CountsMicrosecondsFromTheBaseTime) {
  const MicrosecondsUtc base = parse_base_time("2021-02-15T13:55:26.539263Z");
  EXPECT_EQ(network_id(base, 0), "2021_02_15_13_55_26_539263");
  EXPECT_EQ(network_id(base, 1), "2021_02_15_13_55_26_539264");
  EXPECT_EQ(network_id(base, 460737), "2021_02_15_13_55_27_000000");
  EXPECT_EQ(network_id(base, 4294967295U), "2021_02_15_15_07_01_506558");
}

TEST(NetworkId, CarriesOverDaysAndLeapYears) {
  EXPECT_EQ(network_id(parse_base_time("2023-12-31T23:59:59.999999Z"), 1), "2024_01_01_00_00_00_000000");
  EXPECT_EQ(network_id(parse_base_time("2024-02-28T23:59:59.999999Z"), 1), "2024_02_29_00_00_00_000000");
  EXPECT_EQ(network_id(parse_base_time("1969-12-31T23:59:59.5Z"), 3), "1969_12_31_23_59_59_500003");
  EXPECT_THROW(network_id(parse_base_time("9999-12-31T23:59:59.999999Z"), 1), UsageError);
}

TEST(BaseTime, ReadsItsOwnText) {
  for (const char* text : {"1970-01-01T00:00:00Z", "2024-05-01T12:30:59Z", "1999-12-31T23:59:59.000001Z",
                           "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"}) {
    EXPECT_EQ(base_time_text(parse_base_time(text)), text);
  }
  EXPECT_EQ(parse_base_time("1970-01-01T00:00:01Z"), 1'000'000);
  EXPECT_EQ(parse_base_time("1970-01-02 00:00:00.25"), 86'400'250'000);
}

TEST(BaseTime, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2024", "2024-05-01", "2024-05-01T12:00", "2024-13-01T00:00:00Z", "2023-02-29T00:00:00Z",
        "2024-05-01T24:00:00Z", "2024-05-01T12:60:00Z", "2024-05-01T12:00:60Z", "2024-05-01T12:00:00.Z",
        "2024-05-01T12:00:00.1234567Z", "2024-05-01T12:00:00+02:00", "2024-05-01T12:00:00Zx",
        "-024-05-01T12:00:00Z", "2024-5-01T12:00:00Z", "0000-01-01T00:00:00Z"}) {
    EXPECT_THROW(parse_base_time(text), UsageError) << text;
  }
}

}  // namespace
}  // namespace mayfly
