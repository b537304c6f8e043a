// A NetworkSpec without dropout as JSON, the way the golden files say what was trained.
#pragma once

#include <nlohmann/json.hpp>

#include "core/network_spec.h"
#include "core/shape.h"

namespace mayfly::golden {

/// Keys are the field names of core/network_spec.h; hidden_linears is a list of widths. Requires: no dropout.
nlohmann::ordered_json spec_to_json(const NetworkSpec& spec);
NetworkSpec spec_from_json(const nlohmann::json& json);

/// [channels, height, width].
nlohmann::ordered_json image_to_json(ImageShape image);
ImageShape image_from_json(const nlohmann::json& json);

}  // namespace mayfly::golden
