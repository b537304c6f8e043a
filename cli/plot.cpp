#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/commands.h"
#include "cli/say.h"
#include "plot/figure.h"
#include "plot/summary.h"
#include "plot/svg.h"
#include "plot/terminal.h"
#include "recorder/durable_file.h"
#include "recorder/tables_folder.h"

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;

struct PlotOptions {
  std::vector<std::string> paths;
  std::string svg;
  std::string title;
  std::vector<std::string> named;
  int width = 80;
};

std::vector<Table> read_tables(const std::vector<std::string>& paths) {
  std::vector<Table> tables;
  for (const std::string& path : paths) {
    const bool folder = fs::is_directory(path);
    const std::vector<fs::path> files = folder ? tables_below(path) : std::vector<fs::path>{path};
    if (files.empty())
      throw DataError(fmt::format("{}: expected tables (*.txt), found none; `mayfly run` makes them", path));
    for (const fs::path& file : files) tables.push_back(read_table(file));
  }
  return tables;
}

ExitCode plot(const PlotOptions& options) {
  const std::vector<Curve> curves = curves_of(read_tables(options.paths));
  const Figure figure = make_figure(curves, {.title = options.title, .named = options.named});
  const TerminalOptions terminal{.width = options.width, .colour = standard_output_wants_colour()};
  fmt::print("{}\n{}", terminal_text(figure, terminal), summary_text(curves));
  if (options.svg.empty()) return ExitCode::complete;
  write_durable_file(options.svg, svg_text(figure));
  std::fflush(stdout);  // in this order also where both go to one file
  say("Picture: {}\n", options.svg);
  return ExitCode::complete;
}

}  // namespace

void add_plot(Commands& commands) {
  const auto options = std::make_shared<PlotOptions>();
  CLI::App* command = commands.add("plot", "Learning curves in the terminal and as an SVG",
                                   "  mayfly plot trial --svg curves.svg\n"
                                   "  mayfly plot a.txt b.txt --width 120",
                                   [options] { return plot(*options); });
  command->add_option("DIR|TABLE", options->paths, "Campaigns, folders of tables, tables")->required();
  command->add_option("--svg", options->svg, "File to write a picture into");
  command->add_option("--title", options->title, "Title, instead of one that says what is drawn");
  command->add_option("--named", options->named, "ID of a network to draw by itself; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--width", options->width, "Columns of the terminal")
      ->check(CLI::Range(40, 1000))
      ->capture_default_str();
}

}  // namespace mayfly::cli
