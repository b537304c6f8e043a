// A figure as a self-contained SVG: loss on the left, accuracy on the right, the legend below. White ground,
// colours safe for colour-blind eyes, dashes and markers for gray print.
#pragma once

#include <string>

#include "plot/figure.h"

namespace mayfly {

std::string svg_text(const Figure& figure);

}  // namespace mayfly
