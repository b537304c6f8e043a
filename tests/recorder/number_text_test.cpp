#include "recorder/number_text.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <string>

namespace mayfly {
namespace {

struct Spelling {
  double value;
  const char* text;
};

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// What Python 3 prints for repr(value).
const Spelling kSpellings[] = {{0.0, "0.0"},
                               {-0.0, "-0.0"},
                               {0.5, "0.5"},
                               {1.0, "1.0"},
                               {40.0, "40.0"},
                               {-3.0, "-3.0"},
                               {0.1, "0.1"},
                               {100.0, "100.0"},
                               {123456.789, "123456.789"},
                               {0.0001, "0.0001"},
                               {0.00012345, "0.00012345"},
                               {9.999999999999999e-05, "9.999999999999999e-05"},
                               {1e-05, "1e-05"},
                               {1.5e-07, "1.5e-07"},
                               {1e15, "1000000000000000.0"},
                               {9007199254740993.0, "9007199254740992.0"},
                               {9999999999999998.0, "9999999999999998.0"},
                               {1e16, "1e+16"},
                               {12345678901234567890.0, "1.2345678901234567e+19"},
                               {1e22, "1e+22"},
                               {1e23, "1e+23"},
                               {2e23, "2e+23"},
                               {1e100, "1e+100"},
                               {1.7976931348623157e308, "1.7976931348623157e+308"},
                               {2.2250738585072014e-308, "2.2250738585072014e-308"},
                               {2.225073858507201e-308, "2.225073858507201e-308"},
                               {5e-324, "5e-324"},
                               {2.0 / 3.0, "0.6666666666666666"},
                               {0.1 + 0.2, "0.30000000000000004"},
                               {0x1p-23, "1.1920928955078125e-07"},
                               {kInfinity, "inf"},
                               {-kInfinity, "-inf"},
                               {std::numeric_limits<double>::quiet_NaN(), "nan"},
                               {-std::numeric_limits<double>::quiet_NaN(), "nan"}};

TEST(NumberText, SpellsLikePython) {
  for (const Spelling& spelling : kSpellings) EXPECT_EQ(number_text(spelling.value), spelling.text);
}

TEST(NumberText, ReadsItsOwnSpellings) {
  for (const Spelling& spelling : kSpellings) {
    const auto value = parse_number(spelling.text);
    ASSERT_TRUE(value.has_value()) << spelling.text;
    EXPECT_EQ(number_text(*value), spelling.text);
  }
}

TEST(NumberText, SwitchedOffIsABareZero) {
  EXPECT_EQ(rate_text(0.0), "0");
  EXPECT_EQ(rate_text(-0.0), "0");
  EXPECT_EQ(rate_text(0.25), "0.25");
  EXPECT_EQ(rate_text(1.0), "1.0");
}

TEST(NumberText, ReadsWhatPythonReads) {
  EXPECT_EQ(parse_number("1"), 1.0);
  EXPECT_EQ(parse_number("+1."), 1.0);
  EXPECT_EQ(parse_number(".5"), 0.5);
  EXPECT_EQ(parse_number("1E5"), 100000.0);
  EXPECT_EQ(parse_number("-1e-5"), -1e-05);
  EXPECT_EQ(parse_number("Infinity"), kInfinity);
  EXPECT_EQ(parse_number("-INF"), -kInfinity);
  for (const char* text : {"nan", "NaN", "-nan", "+nan"}) {
    const auto value = parse_number(text);
    ASSERT_TRUE(value.has_value()) << text;
    EXPECT_EQ(std::bit_cast<std::uint64_t>(*value), 0x7FF8000000000000U) << text;
  }
}

TEST(NumberText, RefusesWhatIsNoNumber) {
  for (const char* text :
       {"",     " ",   "+",   "-",   ".",      "e5",   "1e",    "1 ",    " 1",   "1,5", "1_000",
        "0x10", "+-1", "-+1", "++1", "nan(1)", "nano", "1e999", "1.0.0", "True", "--1", "1e5.0"}) {
    EXPECT_FALSE(parse_number(text).has_value()) << "'" << text << "'";
  }
}

/// Any bit pattern, and numbers around the sizes where the form changes.
double random_number(std::mt19937_64& bits) {
  const std::uint64_t word = bits();
  if (word % 2 == 0) return std::bit_cast<double>(bits());
  return std::ldexp(static_cast<double>(bits() >> (word / 2 % 64)), static_cast<int>(word / 128 % 80) - 70);
}

TEST(NumberText, RandomNumbersReadBackBitByBit) {
  std::mt19937_64 bits(1);
  for (int i = 0; i < 1000000; ++i) {
    const double value = random_number(bits);
    const auto back = parse_number(number_text(value));
    ASSERT_TRUE(back.has_value()) << number_text(value);
    if (!std::isnan(value)) {
      ASSERT_EQ(std::bit_cast<std::uint64_t>(*back), std::bit_cast<std::uint64_t>(value))
          << number_text(value);
    }
  }
}

TEST(NumberText, MillionNumbersAgreeWithPython) {
  if (std::system("python3 -c '' >/dev/null 2>&1") != 0) GTEST_SKIP() << "no python3 to compare with";
  const std::string path = testing::TempDir() + "number_text_" + std::to_string(getpid()) + ".txt";
  {
    std::ofstream file(path);
    std::mt19937_64 bits(2);
    for (int i = 0; i < 1000000; ++i) {
      const double value = random_number(bits);
      file << std::bit_cast<std::uint64_t>(value) << ' ' << number_text(value) << '\n';
    }
    ASSERT_TRUE(file.flush());
  }
  const std::string program =
      "import struct, sys\n"
      "wrong = count = 0\n"
      "for line in open(sys.argv[1]):\n"
      "    bits, text = line.split()\n"
      "    expected = repr(struct.unpack(\"<d\", struct.pack(\"<Q\", int(bits)))[0])\n"
      "    count += 1\n"
      "    if expected != text:\n"
      "        wrong += 1\n"
      "        if wrong < 10: print(bits, \"expected\", expected, \"found\", text)\n"
      "sys.exit(wrong != 0 or count != 1000000)\n";
  EXPECT_EQ(std::system(("python3 -c '" + program + "' " + path).c_str()), 0);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace mayfly
