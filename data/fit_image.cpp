#include "data/fit_image.h"

#include <algorithm>
#include <vector>

namespace mayfly {
namespace {

/// The source pixels of one result pixel along an axis, with their weights.
struct Taps {
  int first = 0;
  std::vector<std::uint64_t> weights;
};

/// Result pixels of one axis; the weights of each add up to `total`.
struct Axis {
  std::vector<Taps> taps;
  std::uint64_t total = 0;
};

struct Ratio {
  std::int64_t source;  ///< A
  std::int64_t result;  ///< B
};

/// The part of the source's pixel `j` within [begin, end); pixels are `unit` long.
std::int64_t overlap(std::int64_t begin, std::int64_t end, std::int64_t j, std::int64_t unit) {
  return std::min(end, (j + 1) * unit) - std::max(begin, j * unit);
}

/// In units of 1/B of a source pixel.
Taps area_taps(std::int64_t begin, Ratio ratio) {
  const std::int64_t end = begin + ratio.source;
  Taps taps{.first = static_cast<int>(begin / ratio.result)};
  for (std::int64_t j = taps.first; j * ratio.result < end; ++j)
    taps.weights.push_back(static_cast<std::uint64_t>(overlap(begin, end, j, ratio.result)));
  return taps;
}

/// In units of 1/2B of a source pixel: between the two centres beside `centre`.
Taps linear_taps(std::int64_t centre, Ratio ratio, std::int64_t length) {
  const std::int64_t unit = 2 * ratio.result;
  const std::int64_t behind = centre + unit - ratio.result;  // one pixel up, so that it is not negative
  const std::int64_t left = behind / unit - 1;
  const auto fraction = static_cast<std::uint64_t>(behind % unit);
  if (left < 0) return {.first = 0, .weights = {static_cast<std::uint64_t>(unit)}};
  if (left + 1 >= length)
    return {.first = static_cast<int>(length - 1), .weights = {static_cast<std::uint64_t>(unit)}};
  return {.first = static_cast<int>(left),
          .weights = {static_cast<std::uint64_t>(unit) - fraction, fraction}};
}

Axis axis_of(std::int64_t length, int wanted, Ratio ratio) {
  const std::int64_t start = (length * ratio.result - wanted * ratio.source) / (2 * ratio.result);
  const bool shrinks = ratio.source >= ratio.result;
  Axis axis{.total = static_cast<std::uint64_t>(shrinks ? ratio.source : 2 * ratio.result)};
  for (std::int64_t i = 0; i < wanted; ++i)
    axis.taps.push_back(
        shrinks ? area_taps(start * ratio.result + i * ratio.source, ratio)
                : linear_taps(2 * start * ratio.result + (2 * i + 1) * ratio.source, ratio, length));
  return axis;
}

/// The axis on which the scaled image fits exactly; on the other it is at least as long as wanted.
Ratio ratio_of(const DecodedImage& image, const ImageShape& shape) {
  const bool by_height = std::int64_t{image.width} * shape.height >= std::int64_t{image.height} * shape.width;
  return by_height ? Ratio{image.height, shape.height} : Ratio{image.width, shape.width};
}

std::uint8_t gray_of(const std::uint8_t* rgb) {
  return static_cast<std::uint8_t>((19595U * rgb[0] + 38470U * rgb[1] + 7471U * rgb[2] + 32768U) >> 16);
}

/// One channel of the source as (height, width).
std::vector<std::uint8_t> plane_of(const DecodedImage& image, int channel, bool gray) {
  const std::size_t count = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
  const auto step = static_cast<std::size_t>(image.channels);
  std::vector<std::uint8_t> plane(count);
  const std::uint8_t* pixel = image.pixels.data();
  for (std::size_t i = 0; i < count; ++i, pixel += step)
    plane[i] = step < 3 ? pixel[0] : gray ? gray_of(pixel) : pixel[channel];
  return plane;
}

std::uint8_t weighted_mean(const std::uint8_t* plane, int stride, const Taps& rows, const Taps& columns,
                           std::uint64_t total) {
  std::uint64_t sum = 0;
  const std::uint8_t* row = plane + std::ptrdiff_t{rows.first} * stride + columns.first;
  for (const std::uint64_t weight : rows.weights) {
    std::uint64_t row_sum = 0;
    for (std::size_t x = 0; x < columns.weights.size(); ++x) row_sum += columns.weights[x] * row[x];
    sum += weight * row_sum;
    row += stride;
  }
  return static_cast<std::uint8_t>((2 * sum + total) / (2 * total));
}

void scale_plane(const std::vector<std::uint8_t>& source, int stride, const Axis& rows, const Axis& columns,
                 std::uint8_t* result) {
  for (const Taps& row : rows.taps)
    for (const Taps& column : columns.taps)
      *result++ = weighted_mean(source.data(), stride, row, column, rows.total * columns.total);
}

}  // namespace

void fit_image(const DecodedImage& image, const ImageShape& shape, std::span<std::uint8_t> planes) {
  const std::size_t plane_size =
      static_cast<std::size_t>(shape.height) * static_cast<std::size_t>(shape.width);
  const bool same = image.height == shape.height && image.width == shape.width;
  const Ratio ratio = ratio_of(image, shape);
  const Axis rows = same ? Axis{} : axis_of(image.height, shape.height, ratio);
  const Axis columns = same ? Axis{} : axis_of(image.width, shape.width, ratio);
  for (int channel = 0; channel < shape.channels; ++channel) {
    const std::vector<std::uint8_t> source = plane_of(image, channel, shape.channels == 1);
    std::uint8_t* result = planes.data() + static_cast<std::size_t>(channel) * plane_size;
    if (same)
      std::copy(source.begin(), source.end(), result);
    else
      scale_plane(source, image.width, rows, columns, result);
  }
}

}  // namespace mayfly
