// Many images decoded side by side into one block of memory.
#pragma once

#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/image_list.h"
#include "data/image_options.h"

namespace mayfly {

/// The images of `list` in its order, each in `shape`, on `threads` threads (0: one per core, at most 16). A
/// damaged one is named in `left_out`, behind what is there, or ends all with its DataError, as on_bad_image
/// says; one of another size, where resize is "none", ends it in any case. Of several the first in the list
/// is reported, on any number of threads.
ImageSet decode_images(const std::vector<ListedImage>& list, const ImageShape& shape,
                       const ImageOptions& options, int threads, std::vector<std::string>& left_out);

}  // namespace mayfly
