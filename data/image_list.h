// Which images a folder holds, with their labels; no image is opened.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mayfly {

struct ListedImage {
  std::filesystem::path path;
  std::uint8_t label = 0;
};

struct ImageList {
  std::vector<std::string> class_names;  ///< by label
  std::vector<ListedImage> train;
  std::vector<ListedImage> test;
  bool by_class = true;  ///< folders, class after class; false: the order of list files
};

/// More than bytes can number is refused.
inline constexpr std::size_t kMostClasses = 256;

/// Whether `folder` holds train and test, as folders or as list files.
bool has_images(const std::filesystem::path& folder);

/// train.csv and test.csv (or .tsv, .txt) where they are there (data/list_file.h), else ImageFolder's
/// convention:
///   folder/train/<class>/**, folder/test/<class>/**
/// Classes are train's folders, sorted bytewise. Images are those files whose names end as images do, in any
/// case; hidden files and others are passed over; symbolic links are followed. Within a class they are sorted
/// by folder, then by name, bytewise. Errors (DataError): no classes or one or more than 256, a class without
/// training images or with a name that is no printable UTF-8, a class of test that train lacks, no test
/// images, a link to a folder it lies in.
ImageList list_images(const std::filesystem::path& folder);

/// Keeps at most so many; 0 keeps all. By class: image floor(i * all / kept) for each i, so that every class
/// keeps its part; lists: the first.
void limit_list(ImageList& list, std::uint64_t train, std::uint64_t test);

/// DataError unless there are 2 to 256 classes with printable names in UTF-8.
void check_class_names(const std::filesystem::path& source, const std::vector<std::string>& names);

}  // namespace mayfly
