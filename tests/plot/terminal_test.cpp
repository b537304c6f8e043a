#include "plot/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "plot/braille_canvas.h"
#include "plot/printable_text.h"
#include "tests/plot/made_tables.h"

namespace mayfly {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(BrailleCanvas, DotsLieWhereUnicodeSaysAndOutsideNothingHappens) {
  BrailleCanvas canvas(2, 2);
  canvas.dot(0, 0, Ink::black);
  canvas.dot(1, 3, Ink::black);
  canvas.dot(2, 6, Ink::black);
  canvas.dot(-1, 0, Ink::black);
  canvas.dot(4, 0, Ink::black);
  canvas.dot(0, 8, Ink::black);
  EXPECT_EQ(canvas.row_text(0, false), "⢁ ");
  EXPECT_EQ(canvas.row_text(1, false), " ⠄");
}

TEST(BrailleCanvas, BackgroundShowsOnlyInCellsOfItsOwn) {
  BrailleCanvas canvas(2, 1);
  for (const int x : {0, 2}) canvas.background_dot(x, 0, Ink::gray);
  canvas.dot(1, 3, Ink::blue);
  EXPECT_EQ(canvas.row_text(0, false), "⢀⠁");
  EXPECT_EQ(canvas.row_text(0, true), "\x1b[38;5;32m⢀\x1b[0m\x1b[38;5;245m⠁\x1b[0m");
}

TEST(Terminal, ASmallSeriesAsText) {
  EXPECT_EQ(terminal_text(make_figure(curves_of({made_table("n", 80)})), {.width = 48, .panel_height = 6}),
            "Network n on FashionMNIST\n"
            "\n"
            "Loss (cross-entropy, nats) by epoch\n"
            "2.5 ┤\n"
            "2.0 ┤     ⠉⠑⠲⠶⠤⢤⣄⣀⣀\n"
            "1.5 ┤           ⠈ ⠈⠛⠉⠱⠶⠒⢢⣤⠤⣀⣀⡀\n"
            "    │                      ⠈⠉⠈⠙⠛⠒⠲⢦⠤⢤⣀⣀⡀\n"
            "1.0 ┤                                ⠉ ⠘⠛⠉⠲⠶⠢⢤ a\n"
            "0.5 ┤\n"
            "    └┬────┬────┬────┬────┬────┬────┬────┬────┬\n"
            "    0.0  0.5  1.0  1.5  2.0  2.5  3.0  3.5  4.0\n"
            "\n"
            "Validation accuracy (% of the images) by epoch\n"
            " 80 ┤                                   ⣀⡠⠤⠔⠒⠉ a\n"
            " 60 ┤                            ⢀⣀⠤⠔⠒⠊⠉\n"
            " 40 ┤                    ⣀⣀⠤⠤⠔⠒⠊⠉⠁\n"
            "    │             ⣀⡠⠤⠒⠒⠉⠉\n"
            " 20 ┤      ⣀⣀⠤⠔⠒⠉⠉\n"
            "  0 ┤⠁ ⠁ ⠁⠉⠁ ⠁ ⠁ ⠁ ⠁ ⠁ ⠁ ⠁ ⠁ ⠁ ⠁ ⠁ ⠁ ⠁ ⠁ ⠁ ⠁ ⠁\n"
            "    └┬────┬────┬────┬────┬────┬────┬────┬────┬\n"
            "    0.0  0.5  1.0  1.5  2.0  2.5  3.0  3.5  4.0\n"
            "\n"
            "⠒⠒ validation  ⠒ ⠒ training  a ⠒⠒ n, 80.0 %\n"
            "⠂⠂ chance level 10 % (FashionMNIST)\n");
}

TEST(Terminal, LinesFitTheWidth) {
  for (const int width : {45, 60, 80, 133})
    for (const int count : {1, 6, 100}) {
      const std::string text = terminal_text(make_figure(curves_of(made_tables(count))), {.width = width});
      std::istringstream lines(text);
      for (std::string line; std::getline(lines, line);)
        EXPECT_LE(character_count(line), static_cast<std::size_t>(width)) << line;
    }
}

TEST(Terminal, PureTextWithoutColourAndEscapesWithIt) {
  const Figure figure = make_figure(curves_of(made_tables(20)));
  EXPECT_THAT(terminal_text(figure), Not(HasSubstr("\x1b")));
  EXPECT_THAT(terminal_text(figure, {.colour = true}), HasSubstr("\x1b[38;5;32m"));
}

TEST(Terminal, ColourOnlyOnATerminalAndWithoutNoColor) {
  EXPECT_TRUE(wants_colour(true, nullptr));
  EXPECT_TRUE(wants_colour(true, ""));
  EXPECT_FALSE(wants_colour(true, "1"));
  EXPECT_FALSE(wants_colour(false, nullptr));
}

TEST(Terminal, GapsAreDrawnAsGaps) {
  Table table = made_table("n", 80);
  for (Point& point : table.points) point.train_loss = point.val_loss = kNan;
  const std::string text = terminal_text(make_figure(curves_of({table})));
  EXPECT_THAT(text, HasSubstr("in 8 rows of 1 network"));
  const std::string loss = text.substr(text.find("Loss"), text.find("Validation") - text.find("Loss"));
  EXPECT_THAT(loss, HasSubstr("0.2 ┤\n    │\n0.0 ┤\n")) << "nothing is drawn between the ticks";
}

}  // namespace
}  // namespace mayfly
