// A figure as text: curves of braille dots with axes and a legend, one panel below the other.
#pragma once

#include <string>

#include "plot/figure.h"

namespace mayfly {

struct TerminalOptions {
  int width = 80;         ///< columns; at least 40 are used
  int panel_height = 11;  ///< rows of dots in a panel; at least 4
  bool colour = false;    ///< escape sequences; without them, letters at their ends tell curves apart
};

/// Colours are wanted on a terminal, unless the environment's NO_COLOR holds anything.
bool wants_colour(bool is_terminal, const char* no_color);

/// wants_colour of standard output and the environment.
bool standard_output_wants_colour();

/// Lines of at most `width` columns, each ended by LF (a longer word or name stays whole).
std::string terminal_text(const Figure& figure, const TerminalOptions& options = {});

}  // namespace mayfly
