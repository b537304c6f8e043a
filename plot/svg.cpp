#include "plot/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "plot/svg_writer.h"

namespace mayfly {
namespace {

constexpr double kWidth = 1000;
constexpr double kPanelWidth = 376;
constexpr double kPanelHeight = 300;
constexpr double kLossLeft = 62;
constexpr double kAccuracyLeft = kLossLeft + kPanelWidth + 82;
constexpr double kNoteHeight = 19;
constexpr double kLegendRow = 24;
constexpr double kLegendLeft = 30;
constexpr double kSwatch = 40;  // width of the sample before a legend's text
constexpr double kLegendSize = 13;
constexpr int kMarkersOfALine = 5;

constexpr std::string_view kGridColour = "#E4E4E4";
constexpr std::string_view kAxisColour = "#444444";
constexpr TextStyle kTickText{.size = 12.5, .anchor = "end", .colour = "#444444"};

double band_opacity(bool strong) {
  return strong ? 0.26 : 0.13;
}

/// Where the values of a panel lie in the picture.
struct Plane {
  const Panel& panel;
  double left, top;

  double x(double value) const { return left + kPanelWidth * panel.x.position(value); }
  double y(double value) const { return top + kPanelHeight * (1 - panel.y.position(value)); }
  Pixel at(const Line& line, std::size_t i) const { return {x(line.x[i]), y(line.y[i])}; }
};

void draw_grid(SvgWriter& svg, const Plane& plane) {
  const Panel& panel = plane.panel;
  const double right = plane.left + kPanelWidth;
  const double bottom = plane.top + kPanelHeight;
  for (const Tick& tick : panel.y.ticks) {
    const double y = plane.y(tick.value);
    svg.line({plane.left, y}, {right, y}, kGridColour, 1);
    svg.text({plane.left - 8, y + 4.5}, tick.label, kTickText);
  }
  TextStyle below = kTickText;
  below.anchor = "middle";
  for (const Tick& tick : panel.x.ticks) {
    const double x = plane.x(tick.value);
    svg.line({x, bottom}, {x, bottom + 5}, kAxisColour, 1);
    svg.text({x, bottom + 20}, tick.label, below);
  }
  svg.line({plane.left, plane.top}, {plane.left, bottom}, kAxisColour, 1);
  svg.line({plane.left, bottom}, {right, bottom}, kAxisColour, 1);
  svg.text({plane.left + kPanelWidth / 2, bottom + 41}, "epoch", {.size = 13, .anchor = "middle"});
  svg.text({plane.left, plane.top - 32}, panel.title, {.size = 15, .bold = true});
  svg.text({plane.left, plane.top - 13}, panel.y_label, {.size = 12.5, .colour = kAxisColour});
}

/// Stretches of neighbouring values without a gap: [first, last).
std::vector<std::pair<std::size_t, std::size_t>> stretches(const Series& values) {
  std::vector<std::pair<std::size_t, std::size_t>> result;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    if (!result.empty() && result.back().second == i)
      ++result.back().second;
    else
      result.push_back({i, i + 1});
  }
  return result;
}

std::string point_text(char command, Pixel at) {
  return fmt::format("{}{} {}", command, coordinate(at.x), coordinate(at.y));
}

void draw_band(SvgWriter& svg, const Plane& plane, const Band& band) {
  std::string data;
  for (const auto& [first, last] : stretches(band.low)) {
    const double widen = last - first == 1 ? 3 : 0;  // a single epoch still shows
    for (std::size_t i = first; i < last; ++i)
      data += point_text(i == first ? 'M' : 'L', {plane.x(band.x[i]) - widen, plane.y(band.high[i])});
    if (widen > 0) data += point_text('L', {plane.x(band.x[first]) + widen, plane.y(band.high[first])});
    for (std::size_t i = last; i-- > first;)
      data += point_text('L', {plane.x(band.x[i]) + widen, plane.y(band.low[i])});
    if (widen > 0) data += point_text('L', {plane.x(band.x[first]) - widen, plane.y(band.low[first])});
    data += 'Z';
  }
  svg.filled_path(data, band.ink, band_opacity(band.strong));
}

/// Every fifth of the axis, and where the line ends.
void draw_markers(SvgWriter& svg, const Plane& plane, const Line& line) {
  const double apart = plane.panel.x.high / kMarkersOfALine;
  double next = apart;
  for (std::size_t i = 0; i < line.y.size(); ++i) {
    if (!std::isfinite(line.y[i])) continue;
    const bool ends = i + 1 == line.y.size() || !std::isfinite(line.y[i + 1]);
    if (!ends && line.x[i] < next) continue;
    svg.marker(plane.at(line, i), line.stroke.marker, line.stroke.ink);
    next = (std::floor(line.x[i] / apart) + 1) * apart;
  }
}

void draw_line(SvgWriter& svg, const Plane& plane, const Line& line) {
  std::string data;
  for (const auto& [first, last] : stretches(line.y)) {
    if (last - first == 1) svg.dot(plane.at(line, first), line.stroke.ink);
    for (std::size_t i = first; last - first > 1 && i < last; ++i)
      data += point_text(i == first ? 'M' : 'L', plane.at(line, i));
  }
  svg.path(data, line.stroke);
}

/// Levels across the panel; their labels to its right, pushed apart where they would overlap.
void draw_levels(SvgWriter& svg, const Plane& plane) {
  std::vector<Level> levels = plane.panel.levels;
  std::sort(levels.begin(), levels.end(), [](const Level& a, const Level& b) { return a.y < b.y; });
  double lowest_free = 1e9;
  for (const Level& level : levels) {
    const double y = plane.y(level.y);
    const double right = plane.left + kPanelWidth;
    svg.path(point_text('M', {plane.left, y}) + point_text('L', {right, y}),
             {.ink = level.ink, .dash = Dash::dotted, .thin = false});
    const double text_y = std::min(y + 4.5, lowest_free);
    svg.text({right + 9, text_y}, level.label, {.size = 12});
    lowest_free = text_y - 14;
  }
}

void draw_panel(SvgWriter& svg, const Panel& panel, double left, double top) {
  const Plane plane{panel, left, top};
  draw_grid(svg, plane);
  for (const Band& band : panel.bands) draw_band(svg, plane, band);
  draw_levels(svg, plane);
  for (const Line& line : panel.lines) draw_line(svg, plane, line);
  for (const Line& line : panel.lines) draw_markers(svg, plane, line);
}

struct PlacedEntry {
  const LegendEntry& entry;
  Pixel at;
};

/// Entries side by side, a new row where the width is used up; y counts from the first row.
std::vector<PlacedEntry> placed(const std::vector<LegendEntry>& legend) {
  std::vector<PlacedEntry> result;
  Pixel at{kLegendLeft, 0};
  for (const LegendEntry& entry : legend) {
    const double width = kSwatch + 8 + text_width(entry.text, kLegendSize) + 14;
    if (at.x > kLegendLeft && (entry.starts_row || at.x + width > kWidth))
      at = {kLegendLeft, at.y + kLegendRow};
    result.push_back({entry, at});
    at.x += width;
  }
  return result;
}

void draw_entry(SvgWriter& svg, const LegendEntry& entry, Pixel at) {
  if (entry.kind == LegendEntry::Kind::band) {
    svg.rectangle({at.x, at.y - 12}, kSwatch, 15, entry.stroke.ink, band_opacity(false));
    if (entry.strong) svg.rectangle({at.x, at.y - 12}, kSwatch, 15, entry.stroke.ink, band_opacity(true));
  } else {
    svg.path(point_text('M', {at.x, at.y - 4.5}) + point_text('L', {at.x + kSwatch, at.y - 4.5}),
             entry.stroke);
    svg.marker({at.x + kSwatch / 2, at.y - 4.5}, entry.stroke.marker, entry.stroke.ink);
  }
  svg.text({at.x + kSwatch + 8, at.y}, entry.text, {.size = kLegendSize});
}

/// Text of the figure's whole width, smaller where it would be longer.
void draw_heading(SvgWriter& svg, double y, const std::string& text, TextStyle style) {
  const double width = text_width(text, style.size) * (style.bold ? 1.1 : 1.0);
  style.size *= std::min(1.0, (kWidth - 2 * kLegendLeft) / std::max(1.0, width));
  svg.text({kLegendLeft, y}, text, style);
}

}  // namespace

std::string svg_text(const Figure& figure) {
  const double panel_top = 104 + kNoteHeight * static_cast<double>(figure.notes.size());
  const double legend_top = panel_top + kPanelHeight + 76;
  const std::vector<PlacedEntry> legend = placed(figure.legend);
  const double height = legend_top + (legend.empty() ? 0 : legend.back().at.y) + 22;
  std::string description = "Learning curves: loss and validation accuracy by epoch.";
  for (const std::string& note : figure.notes) description += " " + note;
  SvgWriter svg(kWidth, height, figure.title, description);
  draw_heading(svg, 38, figure.title, {.size = 20, .bold = true});
  double y = 60;
  for (const std::string& note : figure.notes) {
    draw_heading(svg, y, note, {.size = 13, .colour = kAxisColour});
    y += kNoteHeight;
  }
  draw_panel(svg, figure.loss, kLossLeft, panel_top);
  draw_panel(svg, figure.accuracy, kAccuracyLeft, panel_top);
  for (const PlacedEntry& entry : legend) draw_entry(svg, entry.entry, {entry.at.x, legend_top + entry.at.y});
  return svg.finish();
}

}  // namespace mayfly
