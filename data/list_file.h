// Lists of images with their labels: a line for each, "path,label" or, where it has a tab, "path<tab>label".
#pragma once

#include <filesystem>

#include "data/image_list.h"

namespace mayfly {

/// Whether `folder` holds train.csv and test.csv; .tsv and .txt will do for either.
bool has_list_files(const std::filesystem::path& folder);

/// Reads both. Paths are relative to the list's folder, or absolute; a field with commas or tabs stands in
/// quotation marks ("" is one of them). A first line whose path says path, file, filename or image is a
/// heading; empty lines are passed over; lines may end in CR LF. Where every label of train is a whole number
/// they are the labels, 0 to 255, and their own names; else they are class names, sorted bytewise. Errors
/// (DataError: file, line, expected, found): another number of fields, an empty path or label, a label of
/// test that train lacks, classes as of check_class_names. Images keep the order of the list.
ImageList read_list_files(const std::filesystem::path& folder);

}  // namespace mayfly
