#include "trainer/conventions.h"

#include <fmt/format.h>

#include "core/error.h"
#include "kernels/backend.h"

namespace mayfly {

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

RunConventions run_conventions(const LifespanOptions& options, const Dataset& dataset,
                               const std::string& mayfly_version) {
  return {.normalize = to_string(options.normalize),
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
}

}  // namespace mayfly
