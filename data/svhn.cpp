#include "data/svhn.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "data/mat5.h"

namespace mayfly {
namespace {

constexpr std::size_t kSide = 32, kColours = 3;
constexpr std::size_t kPixels = kColours * kSide * kSide;
constexpr std::size_t kStep = 64;  ///< images at once

/// One plane, from columns to rows.
void transpose(const std::uint8_t* columns, std::uint8_t* rows) {
  for (std::size_t row = 0; row < kSide; ++row)
    for (std::size_t column = 0; column < kSide; ++column)
      rows[row * kSide + column] = columns[column * kSide + row];
}

/// N where the array is 32x32x3xN; a single image may have lost its last dimension.
std::uint64_t image_count(const MatFile& file) {
  const std::vector<std::uint64_t>& dims = file.dims();
  const bool images = dims.size() >= 3 && dims.size() <= 4 && dims[0] == kSide && dims[1] == kSide &&
                      dims[2] == kColours && file.count() > 0;
  if (!images || !file.holds_bytes())
    file.fail_shape(fmt::format("X: expected 32x32x3xN uint8, stored as such, found {}", file.shape_text()));
  return file.count() / kPixels;
}

void read_images(MatFile& file, std::vector<std::uint8_t>& pixels) {
  const std::uint64_t count = image_count(file);
  pixels.reserve(file.reservable(file.count()));
  std::vector<std::uint8_t> columns(kStep * kPixels);
  for (std::uint64_t image = 0; image < count; image += kStep) {
    const std::size_t bytes = std::min<std::uint64_t>(kStep, count - image) * kPixels;
    file.read_bytes(std::span(columns).first(bytes));
    pixels.resize(pixels.size() + bytes);
    std::uint8_t* rows = pixels.data() + pixels.size() - bytes;
    for (std::size_t at = 0; at < bytes; at += kSide * kSide) transpose(&columns[at], rows + at);
  }
  file.finish();
}

std::uint8_t label_of(const MatFile& file, std::uint64_t index, double number) {
  for (std::uint8_t digit = 1; digit <= 10; ++digit)
    if (number == digit) return digit % 10;
  file.fail_value(
      index, fmt::format("label of image {}: expected 1 to 10 (10 is the digit 0), found {}", index, number));
}

void read_labels(MatFile& file, std::vector<std::uint8_t>& labels) {
  const std::vector<std::uint64_t>& dims = file.dims();
  const bool vector =
      std::count(dims.begin(), dims.end(), 1U) + 1 >= static_cast<std::ptrdiff_t>(dims.size());
  if (!vector || file.count() == 0)
    file.fail_shape(fmt::format("y: expected Nx1 labels, found {}", file.shape_text()));
  std::vector<double> numbers(8192);
  for (std::uint64_t done = 0; done < file.count(); done += numbers.size()) {
    numbers.resize(std::min<std::uint64_t>(numbers.size(), file.count() - done));
    file.read_numbers(numbers);
    for (std::size_t i = 0; i < numbers.size(); ++i) labels.push_back(label_of(file, done + i, numbers[i]));
  }
  file.finish();
}

/// Reads the array where it is `name` and was not there before.
bool is_new(const MatFile& file, const char* name, const std::vector<std::uint8_t>& read) {
  if (file.name() != name) return false;
  if (!read.empty()) file.fail_shape(fmt::format("expected one array {}, found another", name));
  return true;
}

}  // namespace

ImageSet read_svhn(const std::filesystem::path& path) {
  MatFile file(path);
  ImageSet set{.image = {kColours, kSide, kSide}};
  std::vector<std::string> others;
  while (file.next()) {
    if (is_new(file, "X", set.pixels))
      read_images(file, set.pixels);
    else if (is_new(file, "y", set.labels))
      read_labels(file, set.labels);
    else if (others.size() < 10)
      others.push_back(file.name());
  }
  if (set.pixels.empty() || set.labels.empty())
    file.fail_here(fmt::format("expected the arrays X and y before the end, found no {} (other arrays: {})",
                               set.pixels.empty() ? "X" : "y", fmt::join(others, ", ")));
  const std::uint64_t images = set.pixels.size() / kPixels;
  if (images != set.count())
    file.fail_here(
        fmt::format("expected as many labels as images in X, {}, found {} in y", images, set.count()));
  return set;
}

}  // namespace mayfly
