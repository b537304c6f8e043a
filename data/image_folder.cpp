#include "data/image_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "core/error.h"
#include "data/decode_image.h"
#include "data/decode_images.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;

bool fits_a_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.';
}

std::size_t bytes_of(const ImageShape& shape) {
  return static_cast<std::size_t>(shape.channels) * static_cast<std::size_t>(shape.height) *
         static_cast<std::size_t>(shape.width);
}

DecodedImage first_header(const ImageList& list) {
  const fs::path& path = list.train.front().path;
  try {
    return image_header(path);
  } catch (const DataError& error) {
    throw DataError(
        fmt::format("{} (the first training image; it says the size of all: set image_size)", error.what()));
  }
}

ImageShape shape_of(const ImageList& list, const ImageOptions& options) {
  ImageShape shape{.channels = options.image_mode == "gray" ? 1 : 3};
  if (!options.image_size.empty()) {
    shape.height = options.image_size.front();
    shape.width = options.image_size.back();
    return shape;
  }
  const DecodedImage header = first_header(list);
  if (std::max(header.height, header.width) > kLargestImageSide)
    throw DataError(
        fmt::format("{}: expected at most {} pixels a side (pooling takes no larger maps), found {}x{}; set "
                    "image_size and resize = \"center_crop\"",
                    list.train.front().path.string(), kLargestImageSide, header.height, header.width));
  shape.height = header.height;
  shape.width = header.width;
  return shape;
}

void require_memory(const fs::path& folder, const ImageList& list, const ImageShape& shape) {
  const auto memory =
      static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  const std::uint64_t images = list.train.size() + list.test.size();
  if (images > memory / (bytes_of(shape) + 1))
    throw DataError(
        fmt::format("{}: {} images of {} bytes need more than the {} bytes of memory there are; use a "
                    "smaller image_size, image_mode \"gray\" or max_train_images",
                    folder.string(), images, bytes_of(shape), memory));
}

/// FNV-1a (64 bits).
class Hash {
 public:
  void add(const std::vector<std::uint8_t>& bytes) {
    for (const std::uint8_t byte : bytes) value_ = (value_ ^ byte) * 0x100000001B3;
  }
  std::string text() const { return fmt::format("{:016x}", value_); }

 private:
  std::uint64_t value_ = 0xCBF29CE484222325;
};

}  // namespace

std::string image_folder_name(const fs::path& folder) {
  fs::path whole = fs::absolute(folder).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();
  std::string name = whole.filename().string();
  for (char& c : name)
    if (!fits_a_name(c)) c = '_';
  if (name.empty()) return "images";
  if (name[0] == '.') name[0] = '_';
  return name;
}

DatasetInfo image_folder_info(const fs::path& folder, const ImageList& list, const ImageOptions& options) {
  check_image_options(options);
  return {.name = image_folder_name(folder),
          .classes = static_cast<int>(list.class_names.size()),
          .image = shape_of(list, options),
          .train_images = list.train.size(),
          .validation_images = list.test.size()};
}

Dataset load_image_folder(const fs::path& folder, const ImageList& list, const ImageOptions& options,
                          int threads) {
  const DatasetInfo info = image_folder_info(folder, list, options);
  require_memory(folder, list, info.image);
  Dataset dataset{.name = info.name, .classes = info.classes, .class_names = list.class_names};
  ImageFolderFacts facts{
      .options = options, .train_listed = list.train.size(), .validation_listed = list.test.size()};
  facts.options.image_size = {info.image.height, info.image.width};
  dataset.train = decode_images(list.train, info.image, options, threads, facts.left_out);
  dataset.validation = decode_images(list.test, info.image, options, threads, facts.left_out);
  for (const ImageSet* set : {&dataset.train, &dataset.validation})
    if (set->count() == 0)
      throw DataError(fmt::format("{}: no image is left in {}; the first: {}", folder.string(),
                                  set == &dataset.train ? "train" : "test", facts.left_out.front()));
  Hash hash;
  for (const ImageSet* set : {&dataset.train, &dataset.validation}) {
    hash.add(set->pixels);
    hash.add(set->labels);
  }
  facts.hash = hash.text();
  dataset.images = std::move(facts);
  return dataset;
}

}  // namespace mayfly
