// A drawing made of braille characters: each cell of the terminal holds 2 x 4 dots.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plot/figure.h"

namespace mayfly {

/// Escape sequence of an ink (256 colours, readable on light and dark grounds) and of its end.
std::string ink_on(Ink ink);
std::string ink_off();

class BrailleCanvas {
 public:
  BrailleCanvas(int columns, int rows);

  int dots_across() const { return 2 * columns_; }
  int dots_down() const { return 4 * rows_; }

  /// A dot, counted from the upper left; a cell takes the colour of its last one. Outside: nothing happens.
  void dot(int x, int y, Ink ink);

  /// A dot that shows only where its cell holds no other kind.
  void background_dot(int x, int y, Ink ink);

  /// The cells of a row, UTF-8; empty cells are blanks. Coloured with escape sequences if `colour`.
  std::string row_text(int row, bool colour) const;

 private:
  struct Cell {
    std::uint8_t dots = 0;
    std::uint8_t background = 0;
    Ink ink = Ink::black;
    Ink background_ink = Ink::gray;
  };

  Cell* cell_at(int x, int y);

  int columns_;
  int rows_;
  std::vector<Cell> cells_;
};

}  // namespace mayfly
