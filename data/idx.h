// IDX files of MNIST and FashionMNIST (LeCun's format), plain or gzip:
//   images: 0x00000803, count, rows, columns (32-bit big-endian), then count*rows*columns bytes, row-major
//   labels: 0x00000801, count, then count bytes
#pragma once

#include <filesystem>

#include "data/dataset.h"

namespace mayfly {

/// One channel. Errors (DataError, file and byte offset): wrong magic number, truncated, more bytes than the
/// header says, images without pixels or larger than 4096 on a side, counts that differ, labels not below
/// `classes`.
ImageSet read_idx(const std::filesystem::path& images, const std::filesystem::path& labels, int classes);

}  // namespace mayfly
