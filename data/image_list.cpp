#include "data/image_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/error.h"
#include "core/near_miss.h"
#include "data/list_file.h"

namespace mayfly {
namespace {

namespace fs = std::filesystem;

/// Endings of image files. Those that are not read are listed too: to pass over them would be a silent loss.
constexpr std::array<std::string_view, 15> kEndings{".png", ".jpg",  ".jpeg", ".bmp",  ".gif",
                                                    ".tif", ".tiff", ".webp", ".ppm",  ".pgm",
                                                    ".pbm", ".tga",  ".avif", ".heic", ".jp2"};

bool is_image_name(const fs::path& path) {
  std::string ending = path.extension().string();
  for (char& c : ending)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

bool is_hidden(const fs::path& path) {
  return path.filename().string().starts_with('.');
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

/// What is in `folder` but hidden, in no order.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  try {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
      if (!is_hidden(entry.path())) entries.push_back(entry.path());
  } catch (const fs::filesystem_error& error) {
    throw DataError(fmt::format("{}: cannot be listed: {}", folder.string(), error.code().message()));
  }
  return entries;
}

/// Collects the images of a class, in its folder and those below.
class Walk {
 public:
  std::vector<fs::path> images_of(const fs::path& folder) {
    enter(folder);
    std::sort(found_.begin(), found_.end(), [](const fs::path& a, const fs::path& b) {
      const std::string x = a.parent_path().string(), y = b.parent_path().string();
      return x != y ? x < y : a.filename().string() < b.filename().string();
    });
    return std::move(found_);
  }

 private:
  void enter(const fs::path& folder) {
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    if (error) throw DataError(fmt::format("{}: cannot be listed: {}", folder.string(), error.message()));
    if (std::find(above_.begin(), above_.end(), real) != above_.end())
      throw DataError(fmt::format("{}: this link leads to {}, in which it lies; remove it", folder.string(),
                                  real.string()));
    above_.push_back(real);
    for (const fs::path& entry : entries_of(folder)) {
      if (is_folder(entry))
        enter(entry);
      else if (is_image_name(entry))
        found_.push_back(entry);
    }
    above_.pop_back();
  }

  std::vector<fs::path> above_;
  std::vector<fs::path> found_;
};

std::vector<std::string> class_folders(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::path& entry : entries_of(folder))
    if (is_folder(entry)) names.push_back(entry.filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

void append_class(std::vector<ListedImage>& images, const fs::path& folder, std::size_t label) {
  for (const fs::path& path : Walk().images_of(folder))
    images.push_back({path, static_cast<std::uint8_t>(label)});
}

std::vector<ListedImage> list_train(const fs::path& folder, const std::vector<std::string>& classes) {
  std::vector<ListedImage> images;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const std::size_t before = images.size();
    append_class(images, folder / classes[label], label);
    if (images.size() == before)
      throw DataError(
          fmt::format("{}: expected the training images of a class, found none; remove the folder "
                      "if there is no such class",
                      (folder / classes[label]).string()));
  }
  return images;
}

std::vector<ListedImage> list_test(const fs::path& folder, const std::vector<std::string>& classes) {
  std::vector<ListedImage> images;
  for (const std::string& name : class_folders(folder)) {
    const auto found = std::find(classes.begin(), classes.end(), name);
    if (found == classes.end())
      throw DataError(fmt::format("{}: expected a class of the training images, found '{}'{}",
                                  folder.string(), name, did_you_mean(name, classes)));
    append_class(images, folder / name, static_cast<std::size_t>(found - classes.begin()));
  }
  return images;
}

ImageList list_folders(const fs::path& folder) {
  ImageList list{.class_names = class_folders(folder / "train")};
  check_class_names(folder / "train", list.class_names);
  list.train = list_train(folder / "train", list.class_names);
  list.test = list_test(folder / "test", list.class_names);
  return list;
}

/// Length of the printable UTF-8 character that `text` begins with; 0: there is none.
std::size_t character_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  const bool continued = std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(length),
                                     [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; });
  const auto second = static_cast<unsigned char>(text[1]);
  const bool beyond = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                      (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return continued && !beyond ? length : 0;
}

bool is_printable(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void spread(std::vector<ListedImage>& images, std::uint64_t kept) {
  const std::uint64_t all = images.size();
  for (std::uint64_t i = 0; i < kept; ++i) images[i] = images[i * all / kept];
  images.resize(kept);
}

}  // namespace

bool has_images(const fs::path& folder) {
  return (is_folder(folder / "train") && is_folder(folder / "test")) || has_list_files(folder);
}

ImageList list_images(const fs::path& folder) {
  ImageList list = has_list_files(folder) ? read_list_files(folder) : list_folders(folder);
  if (list.test.empty())
    throw DataError(fmt::format("{}: expected test images, found none", (folder / "test").string()));
  return list;
}

void limit_list(ImageList& list, std::uint64_t train, std::uint64_t test) {
  const auto limit = [&](std::vector<ListedImage>& images, std::uint64_t kept) {
    if (kept == 0 || kept >= images.size()) return;
    if (list.by_class)
      spread(images, kept);
    else
      images.resize(kept);
  };
  limit(list.train, train);
  limit(list.test, test);
}

void check_class_names(const fs::path& source, const std::vector<std::string>& names) {
  if (names.size() < 2 || names.size() > kMostClasses)
    throw DataError(
        fmt::format("{}: expected 2 to {} classes, found {}", source.string(), kMostClasses, names.size()));
  for (const std::string& name : names)
    if (!is_printable(name))
      throw DataError(fmt::format("{}: expected class names in UTF-8 without control characters, found '{}'",
                                  source.string(), name));
}

}  // namespace mayfly
