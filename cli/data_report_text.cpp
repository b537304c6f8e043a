#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/data_report.h"

namespace mayfly::cli {
namespace {

/// "600 each", or the counts class after class.
std::string per_class_text(const std::vector<std::uint64_t>& counts) {
  const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
  return *least == *most ? fmt::format("{} each", *least) : fmt::format("{}", fmt::join(counts, " "));
}

/// One figure, beside it the official one where it is known.
void print_line(const char* what, const std::string& found, const std::string& official = "") {
  fmt::print("    {:<13}{}\n", what, found);
  if (!official.empty())
    fmt::print("    {:<13}{}\n", "  officially", official == found ? "the same" : official);
}

std::string numbers_text(const std::vector<double>& numbers) {
  return fmt::format("{:.4f}", fmt::join(numbers, " "));
}

/// `official` with the images per class of this half; figures of the pixels are known of the training images.
void print_images(const char* half, const ImageSummary& images, const std::string& per_class,
                  const OfficialFigures* official) {
  const ImageShape& shape = images.image;
  fmt::print("  {}: {} images, {}x{}x{}\n", half, images.images, shape.channels, shape.height, shape.width);
  print_line("per class", per_class_text(images.per_class), per_class);
  print_line("mean", numbers_text(images.mean), official == nullptr ? "" : numbers_text(official->mean));
  print_line("deviation", numbers_text(images.deviation),
             official == nullptr ? "" : numbers_text(official->deviation));
  print_line("pixels", "sha256 " + images.pixels_sha256);
  print_line("labels", "sha256 " + images.labels_sha256);
}

void print_halves(const DataReport& report) {
  const OfficialFigures* official = report.official;
  print_images("training", *report.train,
               official == nullptr ? "" : per_class_text(official->train_per_class), official);
  print_images("test", *report.validation,
               official == nullptr ? "" : per_class_text(official->validation_per_class), nullptr);
}

const OfficialFile* official_file(const DataReport& report, const std::string& name) {
  if (report.official == nullptr) return nullptr;
  for (const OfficialFile& file : report.official->files)
    if (file.name == name) return &file;
  return nullptr;
}

void print_file(const DataReport& report, const FileSummary& file) {
  const std::string name = file.path.filename().string();
  fmt::print("  {}: {} bytes, sha256 {}\n", name, file.bytes, file.sha256);
  const OfficialFile* official = official_file(report, name);
  if (official == nullptr) return;
  if (official->sha256 == file.sha256)
    fmt::print("    the official file\n");
  else
    fmt::print("    the official file has {} bytes, sha256 {}\n", official->bytes, official->sha256);
}

void print_official_files(const OfficialFigures& official) {
  fmt::print("  The official files, from {}:\n", official.site);
  for (const OfficialFile& file : official.files)
    fmt::print("    {}: {} bytes, sha256 {}\n", file.name, file.bytes, file.sha256);
}

/// Every line of `text`, further in.
void print_indented(const std::string& text) {
  std::string indented = "  ";
  for (const char c : text) indented += c == '\n' ? "\n  " : std::string(1, c);
  fmt::print("{}\n", indented);
}

void print_verdict(const DataReport& report) {
  if (report.official == nullptr) return;
  if (report.differences.empty())
    fmt::print("  All counts and means are the official ones.\n");
  else
    fmt::print("  Not as officially: {}.\n", fmt::join(report.differences, "; "));
}

}  // namespace

void print_report(const DataReport& report) {
  fmt::print("{}: {}\n", report.name, report.found ? report.found->string() : "not found");
  for (const FileSummary& file : report.files) print_file(report, file);
  if (report.problem.empty()) {
    print_halves(report);
    print_verdict(report);
  } else {
    print_indented(report.problem);
    if (report.official != nullptr) print_official_files(*report.official);
  }
}

}  // namespace mayfly::cli
