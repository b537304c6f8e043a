#include "plot/braille_canvas.h"

#include <fmt/format.h>

#include <cstddef>

namespace mayfly {
namespace {

/// Bit of a dot within its cell, by Unicode's numbering of the dots.
std::uint8_t bit_of(int x, int y) {
  constexpr std::uint8_t kBits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
  return kBits[y % 4][x % 2];
}

/// U+2800 + dots in UTF-8.
std::string braille(std::uint8_t dots) {
  return {'\xE2', static_cast<char>(0xA0 | dots >> 6), static_cast<char>(0x80 | (dots & 0x3F))};
}

int terminal_colour(Ink ink) {
  switch (ink) {
    case Ink::black:
      return 0;
    case Ink::gray:
      return 245;
    case Ink::blue:
      return 32;
    case Ink::vermillion:
      return 166;
    case Ink::green:
      return 35;
    case Ink::purple:
      return 175;
    case Ink::orange:
      return 214;
    case Ink::sky:
      return 74;
  }
  return 0;
}

}  // namespace

std::string ink_on(Ink ink) {
  // Black is the terminal's own colour of text, whatever its ground.
  return ink == Ink::black ? "" : fmt::format("\x1b[38;5;{}m", terminal_colour(ink));
}

std::string ink_off() {
  return "\x1b[0m";
}

BrailleCanvas::BrailleCanvas(int columns, int rows)
    : columns_(columns),
      rows_(rows),
      cells_(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows)) {}

BrailleCanvas::Cell* BrailleCanvas::cell_at(int x, int y) {
  if (x < 0 || y < 0 || x >= dots_across() || y >= dots_down()) return nullptr;
  return &cells_[static_cast<std::size_t>(y / 4 * columns_ + x / 2)];
}

void BrailleCanvas::dot(int x, int y, Ink ink) {
  if (Cell* cell = cell_at(x, y)) {
    cell->dots |= bit_of(x, y);
    cell->ink = ink;
  }
}

void BrailleCanvas::background_dot(int x, int y, Ink ink) {
  if (Cell* cell = cell_at(x, y)) {
    cell->background |= bit_of(x, y);
    cell->background_ink = ink;
  }
}

std::string BrailleCanvas::row_text(int row, bool colour) const {
  std::string text;
  for (int column = 0; column < columns_; ++column) {
    const Cell& cell = cells_[static_cast<std::size_t>(row * columns_ + column)];
    const std::uint8_t dots = cell.dots != 0 ? cell.dots : cell.background;
    const Ink ink = cell.dots != 0 ? cell.ink : cell.background_ink;
    const bool painted = colour && dots != 0 && ink != Ink::black;
    if (painted) text += ink_on(ink);
    text += dots == 0 ? " " : braille(dots);
    if (painted) text += ink_off();
  }
  return text;
}

}  // namespace mayfly
