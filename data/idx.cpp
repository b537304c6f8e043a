#include "data/idx.h"

#include <fmt/format.h>

#include "data/byte_source.h"

namespace mayfly {
namespace {

constexpr std::uint32_t kImagesMagic = 0x00000803;
constexpr std::uint32_t kLabelsMagic = 0x00000801;
constexpr std::uint32_t kLargestSide = 4096;

void expect_magic(ByteSource& source, std::uint32_t expected, const char* kind) {
  const std::uint32_t found = source.read_big_endian("the magic number");
  if (found != expected)
    source.fail(0, fmt::format("expected the magic number 0x{:08x} of IDX {}, found 0x{:08x}", expected, kind,
                               found));
}

std::uint32_t read_side(ByteSource& source, const char* name) {
  const std::uint64_t at = source.offset();
  const std::uint32_t side = source.read_big_endian(fmt::format("the number of {}", name));
  if (side < 1 || side > kLargestSide)
    source.fail(at, fmt::format("expected 1 to {} {}, found {}", kLargestSide, name, side));
  return side;
}

}  // namespace

ImageSet read_idx(const std::filesystem::path& images, const std::filesystem::path& labels, int classes) {
  ByteSource label_source(labels);
  expect_magic(label_source, kLabelsMagic, "labels");
  const std::uint32_t count = label_source.read_big_endian("the number of labels");
  ImageSet set;
  set.labels = label_source.read_block(count, "the labels");
  label_source.expect_end();
  for (std::size_t i = 0; i < set.labels.size(); ++i)
    if (set.labels[i] >= classes)
      label_source.fail(
          8 + i, fmt::format("label of image {}: expected 0 to {}, found {}", i, classes - 1, set.labels[i]));

  ByteSource image_source(images);
  expect_magic(image_source, kImagesMagic, "images");
  const std::uint32_t image_count = image_source.read_big_endian("the number of images");
  if (image_count != count)
    image_source.fail(4, fmt::format("expected {} images, as many as {} has labels, found {}", count,
                                     labels.string(), image_count));
  const std::uint32_t rows = read_side(image_source, "rows"), columns = read_side(image_source, "columns");
  set.image = {1, static_cast<int>(rows), static_cast<int>(columns)};
  set.pixels = image_source.read_block(std::uint64_t{count} * rows * columns, "the pixels");
  image_source.expect_end();
  return set;
}

}  // namespace mayfly
