// Between campaign.json (recorder/run_conventions.h) and the options of a life.
#pragma once

#include <string>

#include "data/dataset.h"
#include "recorder/run_conventions.h"
#include "trainer/lifespan.h"

namespace mayfly {

/// "mean" or "published"; anything else is a UsageError.
ValLossConvention parse_val_loss(const std::string& name);
std::string to_string(ValLossConvention convention);

/// "channel" (false) or "element" (true); anything else is a UsageError.
bool parse_element_dropout(const std::string& conv_dropout);

/// "exact" or "fast"; anything else is a UsageError.
Arithmetic parse_arithmetic(const std::string& name);
std::string to_string(Arithmetic arithmetic);

/// The options that `conventions` ask for. UsageError for what this version does not do: drop_last = false.
LifespanOptions lifespan_options(const RunConventions& conventions);

/// [images] as `conventions` record it; the defaults where they do not.
ImageOptions image_options(const RunConventions& conventions);

/// What campaign.json says of tables that were made with `options` on `dataset`.
RunConventions run_conventions(const LifespanOptions& options, const Dataset& dataset,
                               const std::string& mayfly_version);

}  // namespace mayfly
