// SVHN, cropped digits (format 2): MATLAB files with
//   X  uint8, 32x32x3xN: row fastest, then column, colour (red, green, blue), image
//   y  N labels of any numeric type, 1 to 10; 10 is the digit 0
// compressed or not, in either byte order, among other variables.
#pragma once

#include <filesystem>

#include "data/dataset.h"

namespace mayfly {

/// The images in their order, labels 0 to 9. Streams: memory is the images and two buffers. Errors
/// (DataError, file and byte offset): whatever data/mat5.h finds, X or y missing, twice or of another shape,
/// a label that is none.
ImageSet read_svhn(const std::filesystem::path& file);

}  // namespace mayfly
