// The few SVG elements that a picture of curves needs, in pixels, y downwards.
#pragma once

#include <string>
#include <string_view>

#include "plot/figure.h"

namespace mayfly {

struct Pixel {
  double x = 0;
  double y = 0;
};

struct TextStyle {
  double size = 12;
  bool bold = false;
  std::string_view anchor = "start";  ///< start, middle, end
  std::string_view colour = "#222222";
};

/// Width of text at most: letters as broad as those of the broadest common sans-serif font.
double text_width(std::string_view text, double size);

class SvgWriter {
 public:
  /// A white picture; `title` and `description` are read aloud by screen readers.
  SvgWriter(double width, double height, std::string_view title, std::string_view description);

  void text(Pixel at, std::string_view text, const TextStyle& style = {});
  void line(Pixel from, Pixel to, std::string_view colour, double width);
  void rectangle(Pixel corner, double width, double height, Ink ink, double opacity);
  /// SVG path data, "M1 2L3 4..."; nothing where `data` is empty.
  void path(std::string_view data, const Stroke& stroke);
  void filled_path(std::string_view data, Ink ink, double opacity);
  void marker(Pixel centre, Marker marker, Ink ink);
  void dot(Pixel centre, Ink ink);

  /// The whole document; ends the writer.
  std::string finish();

 private:
  std::string out_;
};

/// A number in path data: at most two decimals.
std::string coordinate(double value);

}  // namespace mayfly
