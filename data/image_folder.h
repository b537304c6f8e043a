// A folder of images as a data set: the images that image_list.h finds, decoded, in one shape.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/image_list.h"
#include "data/locate.h"

namespace mayfly {

/// The data set's name in tables: the folder's own, each byte that a table's name cannot hold as '_'.
std::string image_folder_name(const std::filesystem::path& folder);

/// Shape, classes and counts, from the list and the header of one image. Damaged images are still counted.
/// Errors (DataError) as of list_images; where image_size is not set and the first training image cannot be
/// read, or has a side of more than 256 pixels.
DatasetInfo image_folder_info(const std::filesystem::path& folder, const ImageList& list,
                              const ImageOptions& options);

/// Decodes all of `list` on `threads` threads (0: one per core); what comes out does not depend on them.
/// Dataset::images says how. Errors (DataError): images of another size where `resize` is "none", the first
/// of them named; damaged images where `on_bad_image` is "refuse", the first of them named; no image left in
/// one half; more bytes than the machine has memory, before any is decoded.
Dataset load_image_folder(const std::filesystem::path& folder, const ImageList& list,
                          const ImageOptions& options, int threads = 0);

}  // namespace mayfly
