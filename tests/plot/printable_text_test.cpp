#include "plot/printable_text.h"

#include <gtest/gtest.h>

namespace mayfly {
namespace {

TEST(PrintableText, ControlCharactersAndBrokenUtf8BecomeQuestionMarks) {
  EXPECT_EQ(printable("FashionMNIST"), "FashionMNIST");
  EXPECT_EQ(printable("Größe 25–75 ⠿ 𝄞"), "Größe 25–75 ⠿ 𝄞");
  EXPECT_EQ(printable("\x1b[31mred\n"), "?[31mred?");
  EXPECT_EQ(printable("a\x80z"), "a?z");
  EXPECT_EQ(printable("\xC2\x85"), "??") << "a control character of two bytes";
  EXPECT_EQ(printable("\xED\xA0\x80"), "???") << "half of a surrogate pair";
  EXPECT_EQ(printable("\xE2\x82"), "??") << "cut short";
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a?b");
}

TEST(PrintableText, LongTextIsShortenedInTheMiddle) {
  EXPECT_EQ(printable("abcdefghij", 10), "abcdefghij");
  EXPECT_EQ(printable("abcdefghijk", 10), "abcde…hijk");
  EXPECT_EQ(character_count(printable(std::string(1000, 'x'), 60)), 60U);
}

TEST(PrintableText, PaddingCountsCharacters) {
  EXPECT_EQ(padded_left("ö", 3), "  ö");
  EXPECT_EQ(padded_right("ö", 3), "ö  ");
  EXPECT_EQ(padded_left("long", 3), "long");
}

}  // namespace
}  // namespace mayfly
