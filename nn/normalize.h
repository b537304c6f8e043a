// From pixel to input: one table of 256 binary32 values per channel (kernels/arithmetic.md section 10).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/shape.h"

namespace mayfly {

enum class Normalize { none, half, dataset };

/// "none", "half" or "dataset"; anything else is a UsageError.
Normalize parse_normalize(const std::string& name);
std::string to_string(Normalize normalize);

/// (channels, 256). `pixels` (count, channels, height, width) are the training images; read for `dataset`
/// only.
std::vector<float> pixel_table(Normalize normalize, std::span<const std::uint8_t> pixels, ImageShape image);

}  // namespace mayfly
