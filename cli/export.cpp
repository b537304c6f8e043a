#include "export/export.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/commands.h"
#include "cli/say.h"
#include "cli/text.h"
#include "data/locate.h"
#include "trainer/conventions.h"

namespace mayfly::cli {
namespace {

namespace fs = std::filesystem;

struct ExportOptions {
  std::string folder;
  std::string formats = "sqlite,csv,npz";
  std::string output;
};

/// Of a folder of images, as campaign.json records it; of a known data set, as everybody knows.
std::optional<ImageShape> image_shape_of(const NetworkSpec& spec, const RunConventions* conventions) {
  if (conventions != nullptr && conventions->image_size) {
    const ImageOptions images = image_options(*conventions);
    return ImageShape{.channels = images.image_mode == "gray" ? 1 : 3,
                      .height = images.image_size.front(),
                      .width = images.image_size.back()};
  }
  for (const DatasetInfo& info : known_datasets())
    if (info.name == spec.dataset) return info.image;
  return std::nullopt;
}

ExitCode run_export(const ExportOptions& options) {
  const std::vector<ExportFormat> formats = parse_export_formats(options.formats);
  const Exported exported = collect_export(options.folder, image_shape_of);
  const fs::path folder =
      options.output.empty() ? fs::path(options.folder) / "exports" : fs::path(options.output);
  for (const fs::path& path : write_export(folder, exported, formats)) fmt::print("{}\n", path.string());
  say("{}, {}\n", counted(exported.networks.rows(), "network"),
      counted(exported.curves.rows(), "half epoch"));
  if (exported.unreadable_journal_lines > 0)
    say("Journal: {} left out\n", counted(exported.unreadable_journal_lines, "torn line"));
  for (const std::string& table : exported.left_out) say("Left out: {}\n", table);
  return exported.left_out.empty() ? ExitCode::complete : ExitCode::data;
}

}  // namespace

void add_export(Commands& commands) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App* command = commands.add("export", "Tables as SQLite, CSV and NumPy files",
                                   "  mayfly export trial\n"
                                   "  mayfly export published --format csv -o csv",
                                   [options] { return run_export(*options); });
  command->add_option("DIR", options->folder, "A campaign, or a folder of tables")->required();
  command->add_option("--format", options->formats, "sqlite, csv, npz, joined by commas")
      ->capture_default_str();
  command->add_option("-o,--output", options->output, "Folder to write into (default: DIR/exports)");
}

}  // namespace mayfly::cli
