#include "plot/svg_writer.h"

#include <fmt/format.h>

#include <iterator>

#include "plot/printable_text.h"

namespace mayfly {
namespace {

constexpr double kMarkerSize = 4.5;  // half of its width

std::string_view colour_of(Ink ink) {
  switch (ink) {
    case Ink::black:
      return "#000000";
    case Ink::gray:
      return "#595959";
    case Ink::blue:
      return "#0072B2";
    case Ink::vermillion:
      return "#D55E00";
    case Ink::green:
      return "#009E73";
    case Ink::purple:
      return "#CC79A7";
    case Ink::orange:
      return "#E69F00";
    case Ink::sky:
      return "#56B4E9";
  }
  return "#000000";
}

std::string_view dashes_of(Dash dash) {
  switch (dash) {
    case Dash::solid:
      return "";
    case Dash::dashed:
      return " stroke-dasharray=\"6 4\"";
    case Dash::dotted:
      return " stroke-dasharray=\"0.1 5\"";
  }
  return "";
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : printable(text, text.size())) switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  return result;
}

/// Outline around (0, 0) of a marker that is not round; in units of its half width.
std::string_view outline_of(Marker marker) {
  switch (marker) {
    case Marker::up:
      return "0,-1.1 1.05,0.8 -1.05,0.8";
    case Marker::down:
      return "0,1.1 1.05,-0.8 -1.05,-0.8";
    case Marker::square:
      return "-0.85,-0.85 0.85,-0.85 0.85,0.85 -0.85,0.85";
    case Marker::diamond:
      return "0,-1.2 1.2,0 0,1.2 -1.2,0";
    case Marker::cross:
      return "-0.3,-1 0.3,-1 0.3,-0.3 1,-0.3 1,0.3 0.3,0.3 0.3,1 -0.3,1 -0.3,0.3 -1,0.3 -1,-0.3 -0.3,-0.3";
    default:
      return "";
  }
}

}  // namespace

double text_width(std::string_view text, double size) {
  return 0.64 * size * static_cast<double>(character_count(text));
}

std::string coordinate(double value) {
  std::string text = fmt::format("{:.2f}", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

SvgWriter::SvgWriter(double width, double height, std::string_view title, std::string_view description) {
  out_ = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {0:.0f} {1:.0f}\" role=\"img\" "
      "font-family=\"Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif\">\n"
      "<title>{2}</title>\n<desc>{3}</desc>\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n",
      width, height, escaped(title), escaped(description));
}

void SvgWriter::text(Pixel at, std::string_view text, const TextStyle& style) {
  fmt::format_to(std::back_inserter(out_),
                 "<text x=\"{}\" y=\"{}\" font-size=\"{:.4g}\" text-anchor=\"{}\" fill=\"{}\"{}>{}</text>\n",
                 coordinate(at.x), coordinate(at.y), style.size, style.anchor, style.colour,
                 style.bold ? " font-weight=\"bold\"" : "", escaped(text));
}

void SvgWriter::line(Pixel from, Pixel to, std::string_view colour, double width) {
  fmt::format_to(std::back_inserter(out_),
                 "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"{}\"/>\n",
                 coordinate(from.x), coordinate(from.y), coordinate(to.x), coordinate(to.y), colour, width);
}

void SvgWriter::rectangle(Pixel corner, double width, double height, Ink ink, double opacity) {
  fmt::format_to(std::back_inserter(out_),
                 "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\" fill-opacity=\"{}\"/>\n",
                 coordinate(corner.x), coordinate(corner.y), coordinate(width), coordinate(height),
                 colour_of(ink), opacity);
}

void SvgWriter::path(std::string_view data, const Stroke& stroke) {
  if (data.empty()) return;
  fmt::format_to(std::back_inserter(out_),
                 "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\" "
                 "stroke-linecap=\"{}\"{}/>\n",
                 data, colour_of(stroke.ink), stroke.thin ? 1.4 : 2.0,
                 stroke.dash == Dash::dashed ? "butt" : "round", dashes_of(stroke.dash));
}

void SvgWriter::filled_path(std::string_view data, Ink ink, double opacity) {
  if (data.empty()) return;
  fmt::format_to(std::back_inserter(out_), "<path d=\"{}\" fill=\"{}\" fill-opacity=\"{}\"/>\n", data,
                 colour_of(ink), opacity);
}

void SvgWriter::marker(Pixel centre, Marker marker, Ink ink) {
  if (marker == Marker::none) return;
  const std::string paint = fmt::format("fill=\"{}\" stroke=\"#FFFFFF\" stroke-width=\"{:.2f}\"",
                                        colour_of(ink), 1.0 / kMarkerSize);
  const std::string place = fmt::format("transform=\"translate({} {}) scale({})\"", coordinate(centre.x),
                                        coordinate(centre.y), kMarkerSize);
  if (marker == Marker::circle)
    fmt::format_to(std::back_inserter(out_), "<circle {} r=\"0.95\" {}/>\n", place, paint);
  else
    fmt::format_to(std::back_inserter(out_), "<polygon {} points=\"{}\" {}/>\n", place, outline_of(marker),
                   paint);
}

void SvgWriter::dot(Pixel centre, Ink ink) {
  fmt::format_to(std::back_inserter(out_), "<circle cx=\"{}\" cy=\"{}\" r=\"2.5\" fill=\"{}\"/>\n",
                 coordinate(centre.x), coordinate(centre.y), colour_of(ink));
}

std::string SvgWriter::finish() {
  out_ += "</svg>\n";
  return std::move(out_);
}

}  // namespace mayfly
