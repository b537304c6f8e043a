#include "data/cifar_binary.h"

#include <fmt/format.h>

#include <fstream>

#include "core/error.h"
#include "data/byte_source.h"

namespace mayfly {
namespace {

constexpr std::size_t kPixels = 3072;
constexpr int kCoarseClasses = 20;

struct RecordLayout {
  std::size_t label_bytes;
  int classes;
  std::size_t bytes() const { return label_bytes + kPixels; }
};

RecordLayout layout_of(CifarKind kind) {
  return kind == CifarKind::cifar10 ? RecordLayout{1, 10} : RecordLayout{2, 100};
}

std::uint64_t records_in(const std::filesystem::path& file, const RecordLayout& layout) {
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(file, error);
  if (error) throw DataError(fmt::format("{}: cannot be read: {}", file.string(), error.message()));
  if (bytes == 0 || bytes % layout.bytes() != 0)
    throw DataError(
        fmt::format("{}: at byte {}: expected a whole number of records of {} bytes, found {} bytes: {} "
                    "records and {} bytes",
                    file.string(), bytes / layout.bytes() * layout.bytes(), layout.bytes(), bytes,
                    bytes / layout.bytes(), bytes % layout.bytes()));
  return bytes / layout.bytes();
}

void read_record(ByteSource& source, const RecordLayout& layout, ImageSet& set) {
  const std::uint64_t at = source.offset();
  std::uint8_t labels[2];
  source.read(std::span(labels).first(layout.label_bytes), "the labels of a record");
  const std::uint8_t label = labels[layout.label_bytes - 1];
  if (label >= layout.classes)
    source.fail(at + layout.label_bytes - 1,
                fmt::format("label: expected 0 to {}, found {}", layout.classes - 1, label));
  if (layout.label_bytes == 2 && labels[0] >= kCoarseClasses)
    source.fail(at, fmt::format("coarse label: expected 0 to {}, found {}", kCoarseClasses - 1, labels[0]));
  set.labels.push_back(label);
  const std::size_t had = set.pixels.size();
  set.pixels.resize(had + kPixels);
  source.read(std::span(set.pixels).subspan(had), "the pixels of a record");
}

}  // namespace

ImageSet read_cifar(CifarKind kind, const std::vector<std::filesystem::path>& files) {
  const RecordLayout layout = layout_of(kind);
  ImageSet set{.image = {3, 32, 32}};
  std::uint64_t total = 0;
  for (const std::filesystem::path& file : files) total += records_in(file, layout);
  set.labels.reserve(total);
  set.pixels.reserve(total * kPixels);
  for (const std::filesystem::path& file : files) {
    ByteSource source(file);
    for (std::uint64_t i = records_in(file, layout); i > 0; --i) read_record(source, layout, set);
    source.expect_end();
  }
  return set;
}

std::vector<std::string> read_class_names(const std::filesystem::path& file) {
  std::vector<std::string> names;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) names.push_back(line);
  }
  return names;
}

}  // namespace mayfly
