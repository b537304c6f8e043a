#include "plot/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>

#include "plot/braille_canvas.h"
#include "plot/printable_text.h"

namespace mayfly {
namespace {

constexpr int kKeyColumns = 2;  // a blank and the letter at a curve's end

std::string spaces(int count) {
  return std::string(static_cast<std::size_t>(std::max(0, count)), ' ');
}

std::string painted(const std::string& text, Ink ink, bool colour) {
  return colour && ink != Ink::black ? ink_on(ink) + text + ink_off() : text;
}

/// Words of a paragraph in lines of at most `width` characters; a longer word stays whole.
std::string wrapped(const std::string& paragraph, int width) {
  std::string text;
  std::size_t used = 0;
  std::istringstream words(paragraph);
  for (std::string word; words >> word;) {
    const std::size_t length = character_count(word);
    const bool breaks = used > 0 && used + 1 + length > static_cast<std::size_t>(width);
    text += (used == 0 ? "" : breaks ? "\n" : " ") + word;
    used = (used == 0 || breaks ? 0 : used + 1) + length;
  }
  return text + "\n";
}

/// A panel's values on a canvas. Beside bands, dashed lines that are not thin are left out: too many dots.
class PanelCanvas {
 public:
  PanelCanvas(const Panel& panel, int columns, int rows) : panel_(panel), canvas_(columns, rows) {
    for (const Band& band : panel.bands) draw_band(band);
    for (const Level& level : panel.levels)
      for (int x = 0; x < canvas_.dots_across(); x += 4) canvas_.background_dot(x, y_dot(level.y), level.ink);
    for (const Line& line : panel.lines)
      if (panel.bands.empty() || line.stroke.thin || line.stroke.dash == Dash::solid) draw_line(line);
  }

  std::string row_text(int row, bool colour) const { return canvas_.row_text(row, colour); }

  int x_dot(double value) const { return dot(panel_.x.position(value), canvas_.dots_across()); }
  int y_dot(double value) const {
    return canvas_.dots_down() - 1 - dot(panel_.y.position(value), canvas_.dots_down());
  }

 private:
  static int dot(double position, int dots) { return static_cast<int>(std::lround(position * (dots - 1))); }

  /// Dots in a pattern: one a cell in a strong band, one in two cells in a weak one.
  void draw_band(const Band& band) {
    for (std::size_t i = 0; i < band.x.size(); ++i) {
      if (!std::isfinite(band.low[i])) continue;
      const bool joined = i > 0 && std::isfinite(band.low[i - 1]);
      const int to = x_dot(band.x[i]);
      const int from = joined ? x_dot(band.x[i - 1]) : to;
      for (int x = from; x <= to; ++x) {
        const double t = from == to ? 1.0 : static_cast<double>(x - from) / (to - from);
        const std::size_t before = joined ? i - 1 : i;
        draw_column(band, x, y_dot(std::lerp(band.high[before], band.high[i], t)),
                    y_dot(std::lerp(band.low[before], band.low[i], t)));
      }
    }
  }

  void draw_column(const Band& band, int x, int top, int bottom) {
    const int apart = band.strong ? 4 : 8;
    for (int y = top; y <= bottom; ++y)
      if ((x % apart == 0 && y % 4 == 0) || (x % apart == apart / 2 && y % 4 == 2))
        canvas_.background_dot(x, y, band.ink);
  }

  void draw_line(const Line& line) {
    int walked = 0;  // dots along the line, for its dashes
    for (std::size_t i = 0; i < line.y.size(); ++i) {
      if (!std::isfinite(line.y[i])) continue;
      const bool joined = i > 0 && std::isfinite(line.y[i - 1]);
      const int x = x_dot(line.x[i]);
      const int y = y_dot(line.y[i]);
      draw_segment(joined ? x_dot(line.x[i - 1]) : x, joined ? y_dot(line.y[i - 1]) : y, x, y, line.stroke,
                   walked);
    }
  }

  void draw_segment(int x0, int y0, int x1, int y1, const Stroke& stroke, int& walked) {
    const int steps = std::max({std::abs(x1 - x0), std::abs(y1 - y0), 1});
    for (int step = 0; step <= steps; ++step) {
      const double t = static_cast<double>(step) / steps;
      const bool gap_of_dash = stroke.dash == Dash::dashed && walked % 6 >= 3;
      if (!gap_of_dash)
        canvas_.dot(static_cast<int>(std::lround(std::lerp(x0, x1, t))),
                    static_cast<int>(std::lround(std::lerp(y0, y1, t))), stroke.ink);
      if (step < steps) ++walked;
    }
  }

  const Panel& panel_;
  BrailleCanvas canvas_;
};

int label_columns(const Figure& figure) {
  std::size_t columns = 0;
  for (const Panel* panel : {&figure.loss, &figure.accuracy})
    for (const Tick& tick : panel->y.ticks) columns = std::max(columns, tick.label.size());
  return static_cast<int>(columns) + 1;
}

/// The letter at the end of each curve, a row of its own where there is one.
std::vector<std::string> end_keys(const Panel& panel, const PanelCanvas& canvas, int rows, bool colour) {
  std::vector<std::string> keys(static_cast<std::size_t>(rows));
  for (const Line& line : panel.lines) {
    const auto last = std::find_if(line.y.rbegin(), line.y.rend(), [](double y) { return std::isfinite(y); });
    if (line.key.empty() || last == line.y.rend()) continue;
    const int wanted = canvas.y_dot(*last) / 4;
    for (int away = 0; away < 2 * rows; ++away) {
      const int row = wanted + (away % 2 == 0 ? -away / 2 : (away + 1) / 2);
      if (row < 0 || row >= rows || !keys[static_cast<std::size_t>(row)].empty()) continue;
      keys[static_cast<std::size_t>(row)] = fmt::format(" {}", painted(line.key, line.stroke.ink, colour));
      break;
    }
  }
  return keys;
}

/// The horizontal axis and its labels, two lines.
std::string epoch_lines(const Panel& panel, const PanelCanvas& canvas, int margin, int columns) {
  std::vector<std::string> axis(static_cast<std::size_t>(columns), "─");
  std::string labels = spaces(columns + margin + 8);
  std::size_t free_from = 0;
  for (const Tick& tick : panel.x.ticks) {
    const int column = canvas.x_dot(tick.value) / 2;
    axis[static_cast<std::size_t>(column)] = "┬";
    const std::size_t at = static_cast<std::size_t>(
        std::max(0, margin + 1 + column - static_cast<int>(tick.label.size() - 1) / 2));
    if (at < free_from) continue;
    labels.replace(at, tick.label.size(), tick.label);
    free_from = at + tick.label.size() + 1;
  }
  labels.erase(labels.find_last_not_of(' ') + 1);
  std::string text = spaces(margin) + "└";
  for (const std::string& piece : axis) text += piece;
  return text + "\n" + labels + "\n";
}

std::string panel_text(const Panel& panel, int margin, const TerminalOptions& options) {
  const int rows = options.panel_height;
  const int columns = options.width - margin - 1 - kKeyColumns;
  const PanelCanvas canvas(panel, columns, rows);
  std::vector<std::string> labels(static_cast<std::size_t>(rows));
  for (const Tick& tick : panel.y.ticks)
    labels[static_cast<std::size_t>(canvas.y_dot(tick.value) / 4)] = tick.label;
  const std::vector<std::string> keys = end_keys(panel, canvas, rows, options.colour);
  std::string text = wrapped(panel.title + " (" + panel.y_label + ") by epoch", options.width);
  for (int row = 0; row < rows; ++row) {
    const std::string& label = labels[static_cast<std::size_t>(row)];
    std::string line = padded_left(label, static_cast<std::size_t>(margin) - 1) + " " +
                       (label.empty() ? "│" : "┤") + canvas.row_text(row, options.colour) +
                       keys[static_cast<std::size_t>(row)];
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text + epoch_lines(panel, canvas, margin, columns);
}

std::string swatch(const LegendEntry& entry) {
  if (entry.kind == LegendEntry::Kind::band) return entry.strong ? "⠕⠕" : "⠁⠄";
  if (entry.kind == LegendEntry::Kind::level) return "⠂⠂";
  return entry.stroke.dash == Dash::dashed ? "⠒ ⠒" : "⠒⠒";
}

std::string legend_text(const Figure& figure, const TerminalOptions& options) {
  std::string text;
  std::string line;
  std::size_t used = 0;
  for (const LegendEntry& entry : figure.legend) {
    const std::string key = entry.key.empty() ? "" : entry.key + " ";
    const std::size_t width = character_count(key + swatch(entry) + " " + entry.text);
    if (used > 0 && (entry.starts_row || used + 2 + width > static_cast<std::size_t>(options.width))) {
      text += line + "\n";
      line.clear();
      used = 0;
    }
    if (used > 0) line += "  ";
    used += (used > 0 ? 2 : 0) + width;
    line += painted(key + swatch(entry), entry.stroke.ink, options.colour) + " " + entry.text;
  }
  return text + line + "\n";
}

}  // namespace

bool wants_colour(bool is_terminal, const char* no_color) {
  return is_terminal && (no_color == nullptr || *no_color == '\0');
}

bool standard_output_wants_colour() {
  return wants_colour(isatty(STDOUT_FILENO) == 1, std::getenv("NO_COLOR"));
}

std::string terminal_text(const Figure& figure, const TerminalOptions& asked) {
  TerminalOptions options = asked;
  options.width = std::max(options.width, 40);
  options.panel_height = std::max(options.panel_height, 4);
  const int margin = label_columns(figure);
  std::string text = wrapped(figure.title, options.width);
  for (const std::string& note : figure.notes) text += wrapped(note, options.width);
  return fmt::format("{}\n{}\n{}\n{}", text, panel_text(figure.loss, margin, options),
                     panel_text(figure.accuracy, margin, options), legend_text(figure, options));
}

}  // namespace mayfly
