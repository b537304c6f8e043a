#include "cli/data_show.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>

#include "cli/campaign_folder.h"
#include "cli/options.h"
#include "cli/say.h"
#include "cli/text.h"
#include "core/near_miss.h"
#include "data/class_names.h"
#include "plot/contact_sheet.h"
#include "plot/printable_text.h"
#include "recorder/durable_file.h"

namespace mayfly::cli {
namespace {

struct ShowOptions {
  std::string dataset;
  std::string data_root;
  std::string of_class;
  int images = 0;  ///< 0: not asked for
  bool test = false;
  std::string output;
  std::vector<std::string> settings;
};

/// What is on the sheet: images by their place in the set, a list for each strip.
struct Sheet {
  SheetLayout layout;
  std::vector<std::vector<std::size_t>> strips;
  std::vector<std::string> titles;  ///< of strips; empty: all show one class
};

/// The class that is asked for, by name or number.
int class_of(const std::string& asked_for, const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), asked_for);
  if (found != names.end()) return static_cast<int>(found - names.begin());
  int number = -1;
  const char* end = asked_for.data() + asked_for.size();
  const auto [stopped, error] = std::from_chars(asked_for.data(), end, number);
  if (error == std::errc() && stopped == end && number >= 0 && number < static_cast<int>(names.size()))
    return number;
  throw UsageError(fmt::format("--class: expected a name or a number of 0 to {}, found '{}'{}",
                               names.size() - 1, asked_for, did_you_mean(asked_for, names)));
}

/// The first `count` images of a class, as far as there are.
std::vector<std::size_t> first_of_class(const ImageSet& set, int label, std::size_t count) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < set.count() && found.size() < count; ++i)
    if (set.labels[i] == label) found.push_back(i);
  return found;
}

/// A strip for each class.
Sheet sheet_of_all(const ImageSet& set, const std::vector<std::string>& names, int images) {
  Sheet sheet{.layout = square_layout(set.image, images, static_cast<int>(names.size()))};
  for (std::size_t label = 0; label < names.size(); ++label) {
    sheet.strips.push_back(first_of_class(set, static_cast<int>(label), static_cast<std::size_t>(images)));
    sheet.titles.push_back(fmt::format("{:>3} {}", label, printable(names[label], 30)));
  }
  return sheet;
}

/// One class, about as many images down as across.
Sheet sheet_of_class(const ImageSet& set, int label, int images) {
  const std::vector<std::size_t> found = first_of_class(set, label, static_cast<std::size_t>(images));
  if (found.empty()) throw UsageError(fmt::format("--class: class {} has no images here", label));
  const auto across = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(found.size()))));
  Sheet sheet;
  for (std::size_t begin = 0; begin < found.size(); begin += across)
    sheet.strips.emplace_back(
        found.begin() + static_cast<std::ptrdiff_t>(begin),
        found.begin() + static_cast<std::ptrdiff_t>(std::min(begin + across, found.size())));
  sheet.layout = {.image = set.image,
                  .images_per_strip = static_cast<int>(across),
                  .strips = static_cast<int>(sheet.strips.size())};
  return sheet;
}

std::string png_of(const Sheet& sheet, const ImageSet& set) {
  const ImageShape& shape = set.image;
  const std::size_t bytes = static_cast<std::size_t>(shape.channels) *
                            static_cast<std::size_t>(shape.height) * static_cast<std::size_t>(shape.width);
  ContactSheet picture(sheet.layout);
  for (std::size_t strip = 0; strip < sheet.strips.size(); ++strip)
    for (std::size_t k = 0; k < sheet.strips[strip].size(); ++k)
      picture.place(static_cast<int>(strip), static_cast<int>(k),
                    std::span(set.pixels).subspan(sheet.strips[strip][k] * bytes, bytes));
  return picture.png();
}

/// The titles as the strips lie on the sheet.
void print_titles(const Sheet& sheet) {
  std::size_t width = 0;
  for (const std::string& title : sheet.titles) width = std::max(width, character_count(title));
  const auto across = static_cast<std::size_t>(sheet.layout.strips_per_row);
  for (std::size_t i = 0; i < sheet.titles.size(); ++i) {
    const bool last = (i + 1) % across == 0 || i + 1 == sheet.titles.size();
    fmt::print("{}{}", last ? sheet.titles[i] : padded_right(sheet.titles[i], width + 2), last ? "\n" : "");
  }
}

void print_dataset(const Dataset& dataset) {
  const ImageShape& shape = dataset.train.image;
  fmt::print("{}: {} training and {} test images of {}x{}, {}; {} classes\n", dataset.name,
             dataset.train.count(), dataset.validation.count(), shape.height, shape.width,
             shape.channels == 1 ? "gray" : "RGB", dataset.classes);
  if (!dataset.images || dataset.images->left_out.empty()) return;
  fmt::print("{} damaged images left out:\n", dataset.images->left_out.size());
  for (const std::string& reason : dataset.images->left_out) fmt::print("  {}\n", reason);
}

Dataset load(const ShowOptions& options) {
  CampaignConfig config;
  apply_settings(config, options.settings);
  Dataset dataset = load_any_dataset(dataset_request(config, options.dataset, options.data_root));
  if (dataset.class_names.size() != static_cast<std::size_t>(dataset.classes))
    dataset.class_names = class_names_of(dataset.name, dataset.classes);
  return dataset;
}

ExitCode show(const ShowOptions& options) {
  const Dataset dataset = load(options);
  const ImageSet& set = options.test ? dataset.validation : dataset.train;
  print_dataset(dataset);
  std::optional<int> label;
  if (!options.of_class.empty()) label = class_of(options.of_class, dataset.class_names);
  const int images = options.images > 0 ? options.images : label ? 64 : 8;
  const Sheet sheet =
      label ? sheet_of_class(set, *label, images) : sheet_of_all(set, dataset.class_names, images);
  const std::string file = options.output.empty() ? dataset.name + ".png" : options.output;
  write_durable_file(file, png_of(sheet, set));
  const char* half = options.test ? "test" : "training";
  if (label) {
    std::size_t shown = 0;
    for (const auto& strip : sheet.strips) shown += strip.size();
    fmt::print("{}: the first {} of class {} {}\n", half, counted(shown, "image"), *label,
               printable(dataset.class_names[static_cast<std::size_t>(*label)]));
  } else {
    fmt::print("{}: up to {} images of each class, the first ones, where they lie on the sheet:\n", half,
               images);
    print_titles(sheet);
  }
  say("Picture: {}\n", file);
  return ExitCode::complete;
}

}  // namespace

void add_data_show(Commands& commands, CLI::App& data) {
  const auto options = std::make_shared<ShowOptions>();
  CLI::App* command = data.add_subcommand("show", "A sheet of images of each class, or of one, as PNG");
  command->add_option("DATASET", options->dataset, "FashionMNIST, CIFAR100, ... or a folder of images")
      ->required();
  command->add_option("--class", options->of_class, "Only this class: its name or number");
  command->add_option("-n", options->images, "Images of each class (default 8; of one class 64)")
      ->check(CLI::Range(1, 10000));
  command->add_flag("--test", options->test, "The test images, not those for training");
  command->add_option("-o,--output", options->output, "File to write (default: NAME.png)");
  command->add_option("--data-root", options->data_root, "Folder to look in first");
  add_set_option(*command, options->settings);
  command->footer(
      "Examples:\n  mayfly data show FashionMNIST\n  mayfly data show CIFAR100 --class apple -n 100 -o "
      "apples.png\n"
      "  mayfly data show ./flowers --set image_size=64 --set resize=center_crop");
  command->final_callback([&commands, options] { commands.chosen = [options] { return show(*options); }; });
}

}  // namespace mayfly::cli
