// A decoded image to the shape of its data set, by integers alone: equal bits on every machine.
#pragma once

#include <cstdint>
#include <span>

#include "core/shape.h"
#include "data/decode_image.h"

namespace mayfly {

/// Fills `planes` (channels, height, width) of `shape`, whose channels are 1 (gray) or 3 (red, green, blue).
///
/// Alpha is left out. Gray to RGB: three equal planes. RGB to gray: (19595 R + 38470 G + 7471 B + 32768)
/// >> 16. Another size is scaled until it covers the shape, then cut on both sides alike. With A/B source
/// pixels per result pixel on the axis that fits exactly (A the source's length there, B the shape's), the
/// cut begins at source pixel floor((L*B - n*A) / 2B) of an axis of length L, n of them wanted.
///   A >= B: result pixel i is the mean of the source over its area [i*A/B, (i+1)*A/B) on both axes;
///   A < B:  bilinear between the centres of source pixels, the border's repeated.
/// Exact fractions, one rounding at the end, halves up.
void fit_image(const DecodedImage& image, const ImageShape& shape, std::span<std::uint8_t> planes);

}  // namespace mayfly
