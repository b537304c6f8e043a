#include "trainer/conventions.h"

#include <fmt/format.h>

#include <cstdio>

#include "core/error.h"
#include "kernels/backend.h"

namespace mayfly {
namespace {

void add_images(const ImageFolderFacts& facts, const std::vector<std::string>& class_names,
                RunConventions& conventions) {
  const ImageOptions& options = facts.options;
  conventions.image_size = fmt::format("{}x{}", options.image_size.front(), options.image_size.back());
  conventions.image_mode = options.image_mode;
  conventions.resize = options.resize;
  conventions.train_images_listed = static_cast<std::int64_t>(facts.train_listed);
  conventions.validation_images_listed = static_cast<std::int64_t>(facts.validation_listed);
  conventions.images_hash = facts.hash;
  conventions.class_names = class_names;
}

}  // namespace

ValLossConvention parse_val_loss(const std::string& name) {
  if (name == "mean") return ValLossConvention::mean;
  if (name == "published") return ValLossConvention::published;
  throw UsageError(fmt::format("val_loss: expected \"mean\" or \"published\", found \"{}\"", name));
}

std::string to_string(ValLossConvention convention) {
  return convention == ValLossConvention::mean ? "mean" : "published";
}

bool parse_element_dropout(const std::string& conv_dropout) {
  if (conv_dropout == "channel") return false;
  if (conv_dropout == "element") return true;
  throw UsageError(
      fmt::format("conv_dropout: expected \"channel\" or \"element\", found \"{}\"", conv_dropout));
}

Arithmetic parse_arithmetic(const std::string& name) {
  if (name == "exact") return Arithmetic::exact;
  if (name == "fast") return Arithmetic::fast;
  throw UsageError(fmt::format("arithmetic: expected \"exact\" or \"fast\", found \"{}\"", name));
}

std::string to_string(Arithmetic arithmetic) {
  return arithmetic == Arithmetic::exact ? "exact" : "fast";
}

LifespanOptions lifespan_options(const RunConventions& conventions) {
  if (!conventions.drop_last)
    throw UsageError("drop_last: expected true, found false: this version drops the incomplete last batch");
  return {.epochs = conventions.epochs,
          .normalize = parse_normalize(conventions.normalize),
          .element_dropout = parse_element_dropout(conventions.conv_dropout),
          .val_loss = parse_val_loss(conventions.val_loss),
          .seeds = {.init = conventions.seed_init,
                    .order = conventions.seed_order,
                    .dropout = conventions.seed_dropout},
          .arithmetic = parse_arithmetic(conventions.arithmetic)};
}

ImageOptions image_options(const RunConventions& conventions) {
  ImageOptions options;
  if (conventions.image_size) {
    const std::string& text = *conventions.image_size;
    int height = 0, width = 0, end = 0;
    if (std::sscanf(text.c_str(), "%5dx%5d%n", &height, &width, &end) != 2 ||
        static_cast<std::size_t>(end) != text.size())
      throw UsageError(fmt::format("image_size: expected HEIGHTxWIDTH, found '{}'", text));
    options.image_size = {height, width};
  }
  options.image_mode = conventions.image_mode.value_or(options.image_mode);
  options.resize = conventions.resize.value_or(options.resize);
  const bool left_out = conventions.train_images_listed.value_or(0) > conventions.train_images ||
                        conventions.validation_images_listed.value_or(0) > conventions.validation_images;
  if (left_out) options.on_bad_image = "skip";
  check_image_options(options);
  return options;
}

RunConventions run_conventions(const LifespanOptions& options, const Dataset& dataset,
                               const std::string& mayfly_version) {
  RunConventions conventions{.normalize = to_string(options.normalize),
                             .conv_dropout = options.element_dropout ? "element" : "channel",
                             .drop_last = true,
                             .val_loss = to_string(options.val_loss),
                             .arithmetic = to_string(options.arithmetic),
                             .arithmetic_version = kArithmeticVersion,
                             .train_images = static_cast<std::int64_t>(dataset.train.count()),
                             .validation_images = static_cast<std::int64_t>(dataset.validation.count()),
                             .epochs = options.epochs,
                             .seed_init = options.seeds.init,
                             .seed_order = options.seeds.order,
                             .seed_dropout = options.seeds.dropout,
                             .mayfly_version = mayfly_version};
  if (dataset.images) add_images(*dataset.images, dataset.class_names, conventions);
  return conventions;
}

}  // namespace mayfly
