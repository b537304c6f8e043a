#include "plot/svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

#include "plot/svg_writer.h"
#include "tests/plot/made_tables.h"

namespace mayfly {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Empty where the tags of `xml` open and close as they must and every '&' starts a known entity; else what
/// is wrong.
std::string xml_defect(const std::string& xml) {
  std::vector<std::string> open;
  const std::regex tag(R"rx(<(/?)([a-z]+)((?:\s+[A-Za-z0-9:-]+="[^"<>&]*")*)\s*(/?)>)rx");
  std::size_t at = xml.find("?>") + 2;
  while (at < xml.size()) {
    if (xml[at] == '&' && !std::regex_search(xml.substr(at, 6), std::regex("^&(amp|lt|gt|quot);")))
      return "stray & at " + std::to_string(at);
    if (xml[at] == '>') return "stray > at " + std::to_string(at);
    if (xml[at] != '<') {
      ++at;
      continue;
    }
    std::smatch match;
    const std::string piece = xml.substr(at, xml.find('>', at) - at + 1);
    if (!std::regex_match(piece, match, tag)) return "no tag: " + piece;
    if (match[1].length() > 0 && (open.empty() || open.back() != match[2])) return "closes another: " + piece;
    if (match[1].length() > 0) open.pop_back();
    if (match[1].length() == 0 && match[4].length() == 0) open.push_back(match[2]);
    at += piece.size();
  }
  return open.empty() ? "" : "not closed: " + open.back();
}

std::vector<Table> tables_with_gaps(int count) {
  std::vector<Table> tables = made_tables(count);
  tables[0].points[2].train_loss = kNan;
  for (Table& table : tables) table.points[4].val_loss = kInfinity;
  for (Table& table : tables) table.points[6].val_loss = kNan;  // row 5 stands alone
  return tables;
}

TEST(Svg, IsWellFormedFromOneTableToAHundred) {
  for (const int count : {1, 2, 6, 7, 100}) {
    const std::string svg = svg_text(make_figure(curves_of(tables_with_gaps(count))));
    EXPECT_EQ(xml_defect(svg), "") << count;
    EXPECT_LT(svg.size(), 100000U) << count;
  }
}

TEST(Svg, TheCheckOfXmlFindsDefects) {
  EXPECT_NE(xml_defect("<?xml?><a><b></a></b>"), "");
  EXPECT_NE(xml_defect("<?xml?><a>R&D</a>"), "");
  EXPECT_NE(xml_defect("<?xml?><a b=\"<\"/>"), "");
  EXPECT_NE(xml_defect("<?xml?><a>"), "");
  EXPECT_EQ(xml_defect("<?xml?><a b=\"1\"><c/>&amp;</a>"), "");
}

TEST(Svg, NumbersAreNumbersWhateverTheLosses) {
  std::vector<Table> tables = tables_with_gaps(100);
  for (Point& point : tables[1].points) point.train_loss = point.val_loss = kNan;
  tables[2].points[0].val_loss = 1e300;
  tables[3].points[0].val_loss = 0;
  const std::string svg = svg_text(make_figure(curves_of(tables)));
  const std::regex coordinates(R"rx( (?:x|y|x1|y1|x2|y2|cx|cy|width|height|d|points|transform)="([^"]*)")rx");
  for (auto it = std::sregex_iterator(svg.begin(), svg.end(), coordinates); it != std::sregex_iterator();
       ++it)
    EXPECT_THAT((*it)[1].str(), Not(testing::ContainsRegex("nan|inf|NaN|Inf|e\\+")));
}

TEST(Svg, OnlyGapsIsAPictureToo) {
  Table table = made_table("n", 10);
  for (Point& point : table.points) point.train_loss = point.val_loss = kNan;
  EXPECT_EQ(xml_defect(svg_text(make_figure(curves_of({table})))), "");
}

TEST(Svg, NamesAreEscaped) {
  Table table = made_table("<a&b>\"\x1b", 50, 8, "R&D");
  const std::string svg = svg_text(make_figure(curves_of({table})));
  EXPECT_EQ(xml_defect(svg), "");
  EXPECT_THAT(svg, HasSubstr("&lt;a&amp;b&gt;&quot;?"));
}

TEST(Svg, SaysTitleUnitsAndChance) {
  const std::string svg = svg_text(make_figure(curves_of(made_tables(20))));
  for (const char* text : {">20 networks on FashionMNIST<", ">epoch<", ">cross-entropy, nats<",
                           ">chance 10 %<", ">% of the images<", ">25–75 % of them<"})
    EXPECT_THAT(svg, HasSubstr(text));
}

TEST(Svg, LabelsLieInsideThePicture) {
  std::vector<Table> tables = made_tables(100);
  tables[0].spec.id = std::string(200, 'W');
  tables[0].points.back().val_acc = 100;
  const std::string svg = svg_text(
      make_figure(curves_of(tables), {.title = std::string(200, 'M'), .named = {tables[5].spec.id}}));
  const std::regex text(
      R"rx(<text x="([0-9.]+)" y="[0-9.]+" font-size="([0-9.]+)" text-anchor="(\w+)"[^>]*>([^<]*)<)rx");
  int count = 0;
  for (auto it = std::sregex_iterator(svg.begin(), svg.end(), text); it != std::sregex_iterator();
       ++it, ++count) {
    const double x = std::stod((*it)[1]);
    const double width = text_width((*it)[4].str(), std::stod((*it)[2]));
    const std::string anchor = (*it)[3];
    EXPECT_GE(anchor == "end" ? x - width : anchor == "middle" ? x - width / 2 : x, 0) << (*it)[4];
    EXPECT_LE(anchor == "end" ? x : anchor == "middle" ? x + width / 2 : x + width, 1000) << (*it)[4];
  }
  EXPECT_GT(count, 20);
}

TEST(Svg, CoordinatesAreShort) {
  EXPECT_EQ(coordinate(1), "1");
  EXPECT_EQ(coordinate(100), "100");
  EXPECT_EQ(coordinate(0.126), "0.13");
  EXPECT_EQ(coordinate(-0.001), "0");
}

TEST(Svg, IsTheSameEveryTime) {
  const std::vector<Curve> curves = curves_of(made_tables(30));
  EXPECT_EQ(svg_text(make_figure(curves)), svg_text(make_figure(curves)));
}

}  // namespace
}  // namespace mayfly
