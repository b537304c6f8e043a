// What a picture of learning curves shows, before anything is drawn: two panels (loss, accuracy) of lines,
// bands and levels, and a legend. svg.h and terminal.h draw it.
#pragma once

#include <string>
#include <vector>

#include "plot/axis.h"
#include "plot/curves.h"

namespace mayfly {

/// Colours by name (Okabe and Ito 2008, safe for colour-blind eyes), chosen by the renderer.
enum class Ink { black, gray, blue, vermillion, green, purple, orange, sky };

enum class Dash { solid, dashed, dotted };

/// Tells lines apart where colours cannot.
enum class Marker { none, circle, up, down, square, diamond, cross };

struct Stroke {
  Ink ink = Ink::black;
  Dash dash = Dash::solid;
  Marker marker = Marker::none;
  bool thin = false;
};

struct Line {
  Stroke stroke;
  Series x, y;      ///< NaN: a gap
  std::string key;  ///< what the legend calls it where lines cannot be told apart: "a", "b", ...
};

/// The area between two series.
struct Band {
  Ink ink = Ink::gray;
  bool strong = false;
  Series x, low, high;
};

/// A dotted horizontal line across the panel.
struct Level {
  Ink ink = Ink::gray;
  double y = 0;
  std::string label;
};

struct Panel {
  std::string title;    ///< what is measured
  std::string y_label;  ///< with its unit
  Axis x, y;
  std::vector<Band> bands;
  std::vector<Line> lines;
  std::vector<Level> levels;
};

struct LegendEntry {
  enum class Kind { line, band, level };
  Kind kind = Kind::line;
  Stroke stroke;        ///< of a line or level; the ink of a band
  bool strong = false;  ///< of a band
  bool starts_row = false;
  std::string key;  ///< as in Line
  std::string text;
};

struct Figure {
  std::string title;
  std::vector<std::string> notes;  ///< below the title, a sentence each
  Panel loss, accuracy;
  std::vector<LegendEntry> legend;
};

struct FigureOptions {
  std::string title;               ///< empty: says what is drawn
  std::vector<std::string> named;  ///< IDs to draw by name, besides best, median and worst
  int max_ticks = 6;               ///< of an axis
};

/// Up to six curves are drawn one by one, training dashed and validation solid. More are drawn as quantile
/// bands (5-95 % and 25-75 %) and medians, in gray with the best, median and worst network by name, or, where
/// there are several data sets, a colour and the best network for each. Chance level of each data set:
/// 100/classes. UsageError where there is no curve, or an ID asked for is not among them.
Figure make_figure(const std::vector<Curve>& curves, const FigureOptions& options = {});

}  // namespace mayfly
